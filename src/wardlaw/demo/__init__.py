"""The two stories played on live traffic, with a scripted model and a generated customer database."""
