"""The routes, one a file; each is a starlette route made for a desk."""
