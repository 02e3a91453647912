// Registers the gradients of all ops. The package keeps them in a module that is meant for bundlers: its imports have no extension.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch {
      return next(`${specifier}.js`, context);
    }
  },
});
const gradients = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
await import(gradients);
