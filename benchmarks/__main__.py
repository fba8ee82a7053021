"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import (
    attention_page,
    caption_world,
    cluster,
    costs,
    debate,
    foundations,
    opening,
    pipelines,
    prompting,
    service,
    start,
    writing,
)

MODULES = (
    start,
    opening,
    service,
    caption_world,
    foundations,
    debate,
    prompting,
    pipelines,
    writing,
    costs,
    cluster,
    attention_page,
)

for benchmark in MODULES:
    print(f"\n{benchmark.__name__}")
    benchmark.main()
