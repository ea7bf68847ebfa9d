"""Reading pictures: detection, layout, classification and rejection."""
