"""The HTTP service: pictures and digit images in, readings and scores out (`inkdigits serve`, extra ``serve``)."""
