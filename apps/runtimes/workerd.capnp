using Workerd = import "/workerd/workerd.capnp";

# The only thing of Node's that the core asks for is AsyncLocalStorage.
const als :Workerd.Config = (
  services = [(name = "app", worker = (
    modules = .modules,
    compatibilityDate = "2026-11-01",
    compatibilityFlags = ["nodejs_als"],
  ))],
  sockets = .sockets,
);

const compat :Workerd.Config = (
  services = [(name = "app", worker = (
    modules = .modules,
    compatibilityDate = "2026-11-01",
    compatibilityFlags = ["nodejs_compat"],
  ))],
  sockets = .sockets,
);

const modules :List(Workerd.Worker.Module) = [
  (name = "workerd.js", esModule = embed "dist/workerd.js"),
  (name = "quickjs.wasm", wasm = embed "dist/quickjs.wasm"),
];
const sockets :List(Workerd.Socket) = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")];
