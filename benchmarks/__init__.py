"""Programs that measure inkdigits, each run from the root of the repository; see README.md."""
