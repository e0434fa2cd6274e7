import { el } from './dom.ts';
import type { TimeChart } from './chart.ts';
import { panned, zoomed } from './time-view.ts';
import type { TimeView } from './time-view.ts';

const MIN_DRAG_PX = 6;
const WHEEL_ZOOM = 1.0015;

/** What the gestures on a chart lead to. */
export interface GestureTarget {
  view(): TimeView;
  go(view: TimeView | null): void;
  point(at: number | null): void;
}

/**
 * Drag selects a span, double click shows the whole, the wheel with Ctrl or Cmd zooms and sideways pans; with the
 * keyboard, arrows move the crosshair, with Shift the view, + and - zoom, 0 or Escape shows the whole.
 */
export function addGestures(chart: TimeChart, target: GestureTarget): void {
  const area = chart.canvas.parentElement!;
  area.tabIndex = 0;
  area.setAttribute('role', 'group');
  area.setAttribute(
    'aria-label',
    `${chart.element.querySelector('h3')!.textContent}: arrows read, plus and minus zoom`,
  );
  addPointer(area, chart, target);
  addWheel(area, chart, target);
  addKeys(area, target);
}

function addPointer(area: HTMLElement, chart: TimeChart, target: GestureTarget): void {
  const selection = el('div', { class: 'selection', hidden: true });
  area.append(selection);
  const pixel = (event: PointerEvent) => event.clientX - area.getBoundingClientRect().left;
  let start: number | null = null;
  area.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    start = pixel(event);
    area.setPointerCapture(event.pointerId);
  });
  area.addEventListener('pointermove', (event) => {
    target.point(chart.timeAt(pixel(event)));
    if (start === null) return;
    selection.hidden = Math.abs(pixel(event) - start) < MIN_DRAG_PX;
    selection.style.left = `${Math.min(start, pixel(event))}px`;
    selection.style.width = `${Math.abs(pixel(event) - start)}px`;
  });
  area.addEventListener('pointerup', (event) => {
    const [left, right] = [start ?? 0, pixel(event)].toSorted((one, other) => one - other);
    if (start !== null && right - left >= MIN_DRAG_PX)
      target.go({ from: chart.timeAt(left), to: chart.timeAt(right) });
    start = null;
    selection.hidden = true;
  });
  area.addEventListener('pointercancel', () => {
    start = null;
    selection.hidden = true;
  });
  area.addEventListener('pointerleave', () => target.point(null));
  area.addEventListener('dblclick', () => target.go(null));
}

function addWheel(area: HTMLElement, chart: TimeChart, target: GestureTarget): void {
  area.addEventListener(
    'wheel',
    (event) => {
      const zooms = event.ctrlKey || event.metaKey;
      if (!zooms && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      const around = chart.timeAt(event.clientX - area.getBoundingClientRect().left);
      if (zooms) target.go(zoomed(target.view(), WHEEL_ZOOM ** event.deltaY, around));
      else target.go(panned(target.view(), event.deltaX / area.clientWidth));
    },
    { passive: false },
  );
}

function addKeys(area: HTMLElement, target: GestureTarget): void {
  let at: number | null = null;
  const move = (steps: number) => {
    const { from, to } = target.view();
    at = Math.min(to, Math.max(from, (at ?? (from + to) / 2) + (steps * (to - from)) / 60));
    target.point(at);
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(-1),
    ArrowRight: () => move(1),
    'Shift+ArrowLeft': () => target.go(panned(target.view(), -0.2)),
    'Shift+ArrowRight': () => target.go(panned(target.view(), 0.2)),
    '+': () => target.go(zoomed(target.view(), 0.5, at ?? undefined)),
    '-': () => target.go(zoomed(target.view(), 2, at ?? undefined)),
    '0': () => target.go(null),
    Escape: () => target.go(null),
  };
  area.addEventListener('keydown', (event) => {
    const arrow = event.key.startsWith('Arrow') && event.shiftKey ? `Shift+${event.key}` : event.key;
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[arrow];
    if (!action) return;
    event.preventDefault();
    action();
  });
  area.addEventListener('blur', () => target.point((at = null)));
}
