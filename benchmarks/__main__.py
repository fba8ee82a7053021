"""All benchmarks, one after the other: python -m benchmarks."""

from benchmarks import attention_page, service, trial

for benchmark in (service, trial, attention_page):
    print(f"\n{benchmark.__name__}")
    benchmark.main()
