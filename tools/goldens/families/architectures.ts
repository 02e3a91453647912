// The small networks that training trajectories name. Their layers are constructed by PyTorch's names, so one that is missing is unsupported.
import { arange, type Tensor, zeros } from "@gradkit/tensor";
import { flattenOutputs } from "../compare.ts";
import { layoutCall } from "../layout.ts";
import type { Library } from "../library.ts";
import { construct, findClass, type Module } from "../modules.ts";
import { Inexpressible } from "../outcome.ts";

type Options = Readonly<Record<string, unknown>>;

/** Layers by field name in PyTorch's order, and the forward pass over them. */
interface Architecture {
  readonly fields: Readonly<Record<string, unknown>>;
  forward(x: Tensor): Tensor;
}

type Make = (name: string, ...args: unknown[]) => Module;
type Build = (make: Make, options: Options, library: Library) => Architecture;

const call = (module: Module, ...args: unknown[]): Tensor => module.call(...args) as Tensor;

const mlp: Build = (make, { act }) => {
  const fields = { fc1: make("Linear", 10, 16), fc2: make("Linear", 16, 3) };
  const activate = (x: Tensor): Tensor => (x as unknown as Record<string, () => Tensor>)[act as string]?.() as Tensor;
  return { fields, forward: (x) => call(fields.fc2, activate(call(fields.fc1, x))) };
};

const lenet: Build = (make, { pool }) => {
  const fields = {
    conv1: make("Conv2d", 1, 6, 5),
    conv2: make("Conv2d", 6, 16, 5),
    fc1: make("Linear", 256, 120),
    fc2: make("Linear", 120, 84),
    fc3: make("Linear", 84, 10),
  };
  const halve = make(pool === "max" ? "MaxPool2d" : "AvgPool2d", 2);
  const stage = (conv: Module, x: Tensor): Tensor => call(halve, call(conv, x).relu());
  return {
    fields,
    forward: (x) => {
      const features = stage(fields.conv2, stage(fields.conv1, x)).flatten(1);
      return call(fields.fc3, call(fields.fc2, call(fields.fc1, features).relu()).relu());
    },
  };
};

const lstm: Build = (make, { layers }) => {
  const fields = {
    emb: make("Embedding", 12, 8),
    lstm: make("LSTM", 8, 16, { num_layers: layers, batch_first: true }),
    fc: make("Linear", 16, 4),
  };
  return {
    fields,
    forward: (x) => {
      const [output] = flattenOutputs(fields.lstm.call(call(fields.emb, x))) as [Tensor];
      return call(fields.fc, output.select(1, -1));
    },
  };
};

const gpt: Build = (make, { norm_first }, { nn }) => {
  const Parameter = findClass<Tensor>(nn, "Parameter");
  const ModuleList = findClass<Module>(nn, "ModuleList");
  const config = { nhead: 2, dim_feedforward: 32, dropout: 0, activation: "gelu", batch_first: true, norm_first };
  const blocks = [0, 1].map(() => make("TransformerEncoderLayer", 16, config));
  const fields = {
    pos: new Parameter(zeros([8, 16])),
    tok: make("Embedding", 16, 16),
    blocks: new ModuleList(blocks),
    norm: make("LayerNorm", 16),
    head: make("Linear", 16, 16, { bias: false }),
  };
  return {
    fields,
    forward: (x) => {
      const length = x.shape[1] as number;
      const position = arange(length);
      const mask = zeros([length, length]).where(position.unsqueeze(1).ge(position), Number.NEGATIVE_INFINITY); // −∞ above the diagonal
      let h = call(fields.tok, x).add(fields.pos.slice(0, 0, length));
      for (const block of blocks)
        h = call(block, ...layoutCall("nn.TransformerEncoderLayer.forward", { args: [h], kwargs: { src_mask: mask } }));
      return call(fields.head, call(fields.norm, h)).reshape(-1, 16);
    },
  };
};

const architectures: Readonly<Record<string, Build>> = { mlp, lenet, lstm, gpt };

/** A module of the named architecture, with PyTorch's names in its state dict. */
export function buildArchitecture(name: string, options: Options, library: Library): Module {
  const architecture = architectures[name];
  if (!architecture) throw new Inexpressible(`no architecture ${name}`);
  const build: Build = architecture;
  const make: Make = (layer, ...args) => {
    const last = args.at(-1);
    const kwargs = typeof last === "object" ? (last as Options) : {};
    return construct(layer, { args: typeof last === "object" ? args.slice(0, -1) : args, kwargs }, library);
  };
  const Base = findClass<Module>(library.nn, "Module");
  class Network extends Base {
    forward: (x: Tensor) => Tensor;
    constructor() {
      super();
      const { fields, forward } = build(make, options, library);
      Object.assign(this, fields);
      this.forward = forward;
    }
  }
  return new Network();
}
