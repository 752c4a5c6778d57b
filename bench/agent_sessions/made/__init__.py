"""Three suites of our own, made from small worlds: an office, a team's chat with web pages, a support desk."""
