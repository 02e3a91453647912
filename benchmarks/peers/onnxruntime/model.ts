// ONNX models of one node, written by hand: the few fields of onnx.proto that they need, in protobuf's wire format.

type Bytes = readonly number[];

function varint(value: number): Bytes {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
const int = (field: number, value: number): Bytes => [...varint(field << 3), ...varint(value)];
const message = (field: number, bytes: Bytes): Bytes => [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
const string = (field: number, text: string): Bytes => message(field, [...Buffer.from(text)]);

const INT = 2; // AttributeProto.type
const INTS = 7;
const FLOAT = 1; // TensorProto.data_type

function attribute(name: string, value: number | readonly number[]): Bytes {
  if (typeof value === "number") return [...string(1, name), ...int(3, value), ...int(20, INT)];
  return [...string(1, name), ...value.flatMap((each) => int(8, each)), ...int(20, INTS)];
}

const valueInfo = (name: string, shape: readonly number[]): Bytes => {
  const dims = shape.flatMap((size) => message(1, int(1, size)));
  return [...string(1, name), ...message(2, message(1, [...int(1, FLOAT), ...message(2, dims)]))];
};

export interface Node {
  readonly op: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
  /** Name → shape, in the op's order. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly output: readonly number[];
}

/** The model's output is called y. */
export function modelOf({ op, attributes = {}, inputs, output }: Node): Uint8Array {
  const node = [
    ...Object.keys(inputs).flatMap((name) => string(1, name)),
    ...string(2, "y"),
    ...string(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) => message(5, attribute(name, value))),
  ];
  const graph = [
    ...message(1, node),
    ...string(2, "graph"),
    ...Object.entries(inputs).flatMap(([name, shape]) => message(11, valueInfo(name, shape))),
    ...message(12, valueInfo("y", output)),
  ];
  const opset = [...string(1, ""), ...int(2, 17)];
  return Uint8Array.from([...int(1, 8), ...message(7, graph), ...message(8, opset)]);
}
