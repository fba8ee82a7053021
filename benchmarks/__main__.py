"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import attention_page, prompting, service, trial

for benchmark in (service, trial, prompting, attention_page):
    print(f"\n{benchmark.__name__}")
    benchmark.main()
