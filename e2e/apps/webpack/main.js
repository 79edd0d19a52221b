document.body.innerHTML = "<h1>webpack works</h1>";
if (module.hot) module.hot.accept();
