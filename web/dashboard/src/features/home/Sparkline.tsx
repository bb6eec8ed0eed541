/** A line without axes; the number beside it says what matters. */
export function Sparkline({ values, before = [] }: { values: number[]; before?: number[] }) {
  const [width, height] = [120, 40];
  const most = Math.max(1, ...values, ...before);
  const points = (list: number[]) =>
    list.map((v, i) => `${((i / Math.max(1, list.length - 1)) * width).toFixed(1)},${(height - 2 - (v / most) * (height - 4)).toFixed(1)}`).join(' ');
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden focusable="false" style={{ flexShrink: 0, maxWidth: '45%' }}>
      {before.length > 1 && <polyline points={points(before)} fill="none" stroke="var(--mantine-color-dimmed)" strokeOpacity="0.5" strokeWidth="1.5" strokeDasharray="3 3" />}
      <polyline points={points(values)} fill="none" stroke="var(--mantine-color-anchor)" strokeWidth="2" strokeLinejoin="round" />
    </svg>
  );
}
