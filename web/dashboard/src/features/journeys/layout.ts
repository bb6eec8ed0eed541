import dagre from '@dagrejs/dagre';
import { rowsApart } from './canvas/stands';
import { type Edge, edges, END, type JourneySpec, type Step, TRIGGER } from './graph';

export const NODE = { width: 220, height: 84 };
export const STOP = { width: 90, height: 36 };

export interface Placed {
  id: string;
  x: number;
  y: number;
}

/** Where each step goes: where somebody put it, else where a layered layout puts it. */
export function layout(spec: JourneySpec, further: Edge[] = []): Map<string, Placed> {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  const all = [...edges(spec), ...further.filter((e) => e.target !== END)];
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: rowsApart(all) });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of [TRIGGER, ...spec.steps.map((s) => s.id)]) graph.setNode(id, { ...NODE });
  for (const e of all) {
    const target = e.target === END ? `${END} ${e.id}` : e.target;
    if (e.target === END) graph.setNode(target, { ...STOP });
    else if (!graph.hasNode(target)) continue;
    graph.setEdge(e.from.step, target, {}, e.id);
  }
  dagre.layout(graph);
  const moved = new Map(spec.steps.map((s) => [s.id, positionOf(s)]));
  return new Map(
    graph.nodes().map((id) => {
      const { x, y, width, height } = graph.node(id);
      const own = moved.get(id);
      return [id, { id, x: own?.x ?? x - (width ?? 0) / 2, y: own?.y ?? y - (height ?? 0) / 2 }];
    }),
  );
}

function positionOf(step: Step): { x: number; y: number } | null {
  const p = step.position as { x?: unknown; y?: unknown } | undefined;
  return typeof p?.x === 'number' && typeof p.y === 'number' ? { x: p.x, y: p.y } : null;
}
