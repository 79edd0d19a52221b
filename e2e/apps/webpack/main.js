document.body.innerHTML = "<h1>webpack works</h1>";
import.meta.webpackHot?.accept();
