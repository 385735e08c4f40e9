import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { byId, colourOf } from "./dom";
import type { Model } from "./model";

/** Throughput and latency of the last minutes. */

export class Plots {
  private readonly plots: uPlot[] = [];

  constructor(private readonly model: Model) {
    const colour = (name: string) => (): string => colourOf(name);
    const axis = { stroke: colour("faint"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, font: "10px system-ui", size: 44 };
    const host = byId("plots");
    const add = (title: string, series: uPlot.Series[]): void => {
      const plot = new uPlot({
        title, width: 100, height: 80, legend: { live: true, isolate: true }, cursor: { points: { show: false } },
        axes: [{ ...axis, size: 22 }, axis], series: [{ value: (_, time) => time ? new Date(time * 1000).toLocaleTimeString() : "" }, ...series],
      }, [[], ...series.map(() => [])], host);
      this.plots.push(plot);
    };
    add("Throughput", [
      { label: "frames/s", stroke: colour("accent"), width: 1.5 },
      { label: "kbit/s", stroke: colour("management"), width: 1.5 },
    ]);
    add("Latency of the slowest pair since its start, µs", [
      { label: "p50", stroke: colour("good"), width: 1.5 },
      { label: "p99", stroke: colour("poor"), width: 1.5 },
    ]);
    new ResizeObserver(() => this.resize(host)).observe(host);
  }

  refresh(): void {
    const { seconds } = this.model;
    const times = seconds.map((second) => second.time / 1000);
    this.plots[0]!.setData([times, seconds.map((second) => second.frames), seconds.map((second) => (second.bytes * 8) / 1000)]);
    this.plots[1]!.setData([times, seconds.map((second) => second.p50), seconds.map((second) => second.p99)]);
  }

  private resize(host: HTMLElement): void {
    for (const plot of this.plots) plot.setSize({ width: Math.max(host.clientWidth - 8, 80), height: Math.max(host.clientHeight / 2 - 58, 60) });
  }
}
