"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import attention_page, debate, pipelines, prompting, service, start

for benchmark in (start, service, debate, prompting, pipelines, attention_page):
    print(f"\n{benchmark.__name__}")
    benchmark.main()
