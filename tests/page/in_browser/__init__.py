"""A package, so that its browser ends before other tests begin: Playwright keeps an event loop in the thread."""
