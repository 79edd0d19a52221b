"""An API: nothing at /, its documentation at /docs."""
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/items/{number}")
def item(number: int):
    return {"item": number}
