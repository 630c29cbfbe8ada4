"""Reference pages, one module each: `page()` gives Markdown made from the code."""
