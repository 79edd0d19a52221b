import webpack from "webpack";
import DevServer from "webpack-dev-server";
import config from "./webpack.config.mjs";

const server = new DevServer(config.devServer, webpack(config));
await server.start();
