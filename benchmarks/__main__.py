"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import attention_page, caption_world, debate, opening, pipelines, prompting, service, start

for benchmark in (start, opening, service, caption_world, debate, prompting, pipelines, attention_page):
    print(f"\n{benchmark.__name__}")
    benchmark.main()
