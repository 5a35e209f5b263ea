"""The screen: six tabs in a browser, drawn with Gradio. The top of the path; nothing below imports it."""
