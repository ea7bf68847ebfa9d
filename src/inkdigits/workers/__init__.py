"""Worker processes that decode and read pictures from strangers, each with a limit on time and memory."""
