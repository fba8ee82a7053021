"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import attention_page, pipelines, prompting, service, start, trial

for benchmark in (start, service, trial, prompting, pipelines, attention_page):
    print(f"\n{benchmark.__name__}")
    benchmark.main()
