"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import (
    attention_page,
    caption_world,
    class_of_thirty,
    debate,
    foundations,
    load,
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
    attention_page,
    load,
    class_of_thirty,
)

for benchmark in MODULES:
    print(f"\n{benchmark.__name__}")
    benchmark.main()
