"""Two suites of our own, made from small worlds: an office (mail, calendar, documents) and a team's chat with web pages."""
