using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "app", worker = .app)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
);

# No nodejs_compat: the only thing of Node's that the core asks for is AsyncLocalStorage.
const app :Workerd.Worker = (
  modules = [(name = "workerd.js", esModule = embed "dist/workerd.js")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["nodejs_als"],
);
