// A binary heap of nodes, the last recorded first: every op that used a result is taken before the op that made it.
import type { GradNode } from "./node.ts";

export class NodeQueue {
  readonly #heap: GradNode[] = [];

  push(node: GradNode): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(node);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as GradNode;
      if (above.sequence >= node.sequence) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = node;
  }

  pop(): GradNode | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!last || last === top) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as GradNode).sequence > (heap[child] as GradNode).sequence) child++;
      if ((heap[child] as GradNode).sequence <= last.sequence) break;
      heap[at] = heap[child] as GradNode;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
