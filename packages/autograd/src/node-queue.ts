// Nodes that wait, in the order in which they were recorded, the last taken first: every op that used a result is taken before the op that made it.
import type { GradNode } from "./node.ts";

export class NodeQueue {
  readonly #nodes: GradNode[] = [];

  /** Few wait at a time, and inputs of one op come in the order in which they were made: most are put near the end. */
  push(node: GradNode): void {
    const nodes = this.#nodes;
    let at = nodes.length;
    while (at > 0 && (nodes[at - 1] as GradNode).sequence > node.sequence) at--;
    if (at === nodes.length) nodes.push(node);
    else nodes.splice(at, 0, node);
  }

  pop(): GradNode | undefined {
    return this.#nodes.pop();
  }
}
