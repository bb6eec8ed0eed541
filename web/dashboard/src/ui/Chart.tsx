/** A chart by ECharts, in the page's colours; described to screen readers, and always beside a table that says the same. */
import { useComputedColorScheme } from '@mantine/core';
import { BarChart, CustomChart, FunnelChart, HeatmapChart, LineChart, SankeyChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { type EChartsCoreOption, init, type ECharts, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([BarChart, CustomChart, FunnelChart, HeatmapChart, LineChart, SankeyChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

/** Told apart by those who do not see every colour (Okabe and Ito), darkened for light pages. */
export const PALETTE = ['#0b7285', '#d9480f', '#6741d9', '#2b8a3e', '#c2255c', '#e8a202', '#1864ab', '#5c4433', '#868e96', '#099268'];

export interface Picked {
  series: string;
  name: string;
  index: number;
  data: unknown;
}

/** From little to much: what is nothing stays near the page. */
const HEAT = { light: ['#e3fafc', '#0b7285'], dark: ['#17343b', '#66d9e8'] };

/** Makes a PNG of a chart as it is drawn now. */
export type Photograph = () => Blob;

function photograph(chart: ECharts, background: string): Blob {
  const [, encoded = ''] = chart.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: background }).split(',');
  return new Blob([Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0))], { type: 'image/png' });
}

export function Chart({ option, height = 320, label, onPick, camera }: {
  option: EChartsCoreOption;
  height?: number;
  label: string;
  onPick?: (picked: Picked) => void;
  /** Holds what takes a picture of it. */
  camera?: { current: Photograph | null };
}) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const dark = useComputedColorScheme('light') === 'dark';
  useEffect(() => {
    if (!host.current) return;
    const made = init(host.current, null, { renderer: 'canvas' });
    chart.current = made;
    made.on('click', (event) =>
      pick.current?.({ series: event.seriesName ?? '', name: event.name, index: event.dataIndex, data: event.data }),
    );
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(host.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    const text = dark ? '#c9c9c9' : '#343a40';
    const axis = (of: unknown): unknown => {
      if (Array.isArray(of)) return of.map(axis);
      if (typeof of !== 'object' || of === null) return of;
      const { axisLabel = {}, splitLine = {}, ...rest } = of as Record<string, object>;
      return { ...rest, nameTextStyle: { color: text }, axisLabel: { color: text, ...axisLabel }, splitLine: { lineStyle: { color: dark ? '#3b3b3b' : '#e3e6e9' }, ...splitLine } };
    };
    chart.current?.setOption(
      {
        color: PALETTE,
        textStyle: { color: text, fontFamily: 'inherit' },
        animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
        animationDuration: 250,
        // Else the library writes a description of its own over the label.
        aria: { enabled: true, label: { description: label } },
        tooltip: { confine: true, backgroundColor: dark ? '#2e2e2e' : '#fff', textStyle: { color: text } },
        legend: { type: 'scroll', bottom: 0, textStyle: { color: text } },
        grid: { left: 8, right: 16, top: 16, bottom: 40, containLabel: true },
        ...option,
        ...('visualMap' in option ? { visualMap: { textStyle: { color: text }, inRange: { color: HEAT[dark ? 'dark' : 'light'] }, ...(option.visualMap as object) } } : {}),
        ...('xAxis' in option ? { xAxis: axis(option.xAxis), yAxis: axis(option.yAxis) } : {}),
      },
      { notMerge: true },
    );
    if (camera) camera.current = () => (chart.current ? photograph(chart.current, dark ? '#242424' : '#ffffff') : new Blob());
  }, [option, dark, camera, label]);
  return <div ref={host} style={{ height, width: '100%' }} role="img" aria-label={label} />;
}
