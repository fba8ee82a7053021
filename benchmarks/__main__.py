"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import attention_page, debate, opening, pipelines, prompting, service, start

for benchmark in (start, opening, service, debate, prompting, pipelines, attention_page):
    print(f"\n{benchmark.__name__}")
    benchmark.main()
