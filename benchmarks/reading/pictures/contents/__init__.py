"""What is on a synthetic picture: ink masks of digits, numbers, pages, forms, and of what is no digit."""
