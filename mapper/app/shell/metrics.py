"""What an operator may watch of a running app: counts and times, never whose nor of what place."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # memory, processor time, open files

PAGE_SECONDS = Histogram(
    "mapper_page_seconds",
    "How long a page was made, by page.",
    ["page"],
    buckets=(0.05, 0.1, 0.2, 0.4, 0.7, 1, 2, 3, 5, 10, 30),
    registry=REGISTRY,
)
REQUESTS = Counter(
    "mapper_requests",
    "Requests answered, by kind and by the first digit of the status.",
    ["kind", "status"],
    registry=REGISTRY,
)
WINDOWS = Gauge("mapper_windows", "Browser windows that are connected now.", registry=REGISTRY)
SIGNED_IN = Gauge("mapper_signed_in", "Sign-ins that are live on this server.", registry=REGISTRY)
