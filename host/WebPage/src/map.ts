import type { Frame, Link, Radio } from "./api";
import { colourOf } from "./dom";
import { linkKey, type Model } from "./model";

/** The map: radios where they are, links, and frames as they pass. Metres; north is up. */

const pulseMs = 450;
const maxPulses = 240;
const hitPx = 14;
const labelsUpTo = 160; // radios; more than that, and names hide the map

interface Pulse { from: string; to: string | null; colour: string; isLost: boolean; startMs: number }
interface Point { x: number; y: number }

export interface MapEvents {
  selectRadio(name: string | null): void;
  selectLink(from: string, to: string): void;
  move(radio: Radio, position: [number, number, number], isLast: boolean): void;
}

export class RadioMap {
  channel: number | null = null;
  colourBy: "snr" | "rate" = "snr";
  selected: string | null = null;
  selectedLink: [string, string] | null = null;
  drawn = 0; // pictures so far
  private readonly context: CanvasRenderingContext2D;
  private readonly pulses: Pulse[] = [];
  private points = new Map<string, Point>();
  private centre = { x: 0, y: 0 };
  private scale = 12; // pixels a metre
  private isFitted = true;
  private fittedRadios = -1;
  private isDirty = true;
  private drag: { radio: Radio | null; x: number; y: number; moved: boolean } | null = null;
  private dragged: { name: string; position: [number, number, number] } | null = null;
  private colours!: Record<string, string>;

  constructor(private readonly canvas: HTMLCanvasElement, private readonly model: Model, private readonly events: MapEvents) {
    this.context = canvas.getContext("2d")!;
    this.readColours();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.readColours());
    new ResizeObserver(() => this.resize()).observe(canvas);
    canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    canvas.addEventListener("pointerup", (event) => this.onUp(event));
    canvas.addEventListener("pointercancel", (event) => this.onUp(event));
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    this.resize();
    const step = (now: number): void => {
      if (this.isDirty || this.pulses.length > 0) this.draw(now);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  /** Something that is drawn has changed. */
  invalidate(): void {
    this.isDirty = true;
  }

  fit(): void {
    this.isFitted = true;
    this.fittedRadios = -1;
    this.isDirty = true;
  }

  /** Shows frames as they pass. */
  pass(frames: readonly Frame[]): void {
    const now = performance.now();
    for (const frame of frames.slice(-maxPulses / 2)) {
      if (this.channel !== null && frame.freqMhz !== this.channel) continue;
      const to = frame.receiver ? this.model.owners.get(frame.receiver) ?? null : null;
      const isLost = frame.acked === false || frame.signalDbm === null;
      this.pulses.push({ from: frame.radio, to, colour: isLost ? "lost" : frame.eapol ? "eapol" : frame.type, isLost, startMs: now + Math.random() * 90 });
    }
    if (this.pulses.length > maxPulses) this.pulses.splice(0, this.pulses.length - maxPulses);
  }

  /** Where a radio is drawn, in CSS pixels of the canvas; for tests. */
  pointOf(name: string): Point | undefined {
    return this.points.get(name);
  }

  private readColours(): void {
    const names = ["map", "grid", "text", "faint", "accent", "good", "fair", "poor", "bad", "lost", "management", "control", "data", "eapol", "wall", "panel"];
    this.colours = Object.fromEntries(names.map((name) => [name, colourOf(name)]));
    this.isDirty = true;
  }

  private resize(): void {
    const ratio = devicePixelRatio;
    this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
    this.canvas.height = Math.round(this.canvas.clientHeight * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.fittedRadios = -1;
    this.isDirty = true;
  }

  private positionOf(radio: Radio): [number, number, number] {
    return this.dragged?.name === radio.radio ? this.dragged.position : radio.position;
  }

  private toScreen(x: number, y: number): Point {
    return { x: this.canvas.clientWidth / 2 + (x - this.centre.x) * this.scale, y: this.canvas.clientHeight / 2 - (y - this.centre.y) * this.scale };
  }

  private toWorld(point: Point): { x: number; y: number } {
    return {
      x: this.centre.x + (point.x - this.canvas.clientWidth / 2) / this.scale,
      y: this.centre.y - (point.y - this.canvas.clientHeight / 2) / this.scale,
    };
  }

  private fitNow(radios: Radio[]): void {
    if (!this.isFitted || this.drag || this.fittedRadios === radios.length) return;
    this.fittedRadios = radios.length;
    const xs = radios.map((radio) => radio.position[0]), ys = radios.map((radio) => radio.position[1]);
    for (const wall of this.model.medium?.walls ?? []) {
      xs.push(wall.from[0], wall.to[0]);
      ys.push(wall.from[1], wall.to[1]);
    }
    if (xs.length === 0) return;
    const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.centre = { x: (west + east) / 2, y: (south + north) / 2 };
    this.scale = Math.min((this.canvas.clientWidth - 160) / Math.max(east - west, 20), (this.canvas.clientHeight - 110) / Math.max(north - south, 12));
    this.scale = Math.max(this.scale, 0.0001);
  }

  /** Those at one place stand around it, or one would hide the others. */
  private place(radios: Radio[]): void {
    this.points = new Map();
    const groups = new Map<string, Radio[]>();
    for (const radio of radios) {
      const key = this.positionOf(radio).slice(0, 2).join();
      const group = groups.get(key);
      if (group) group.push(radio);
      else groups.set(key, [radio]);
    }
    for (const group of groups.values()) {
      const [x, y] = this.positionOf(group[0]!);
      const at = this.toScreen(x, y);
      const radius = group.length === 1 ? 0 : Math.max(60, Math.min(group.length * 6, this.canvas.clientHeight * 0.4));
      group.forEach((radio, i) => {
        const angle = (2 * Math.PI * i) / group.length - Math.PI / 2;
        this.points.set(radio.radio, { x: at.x + radius * Math.cos(angle), y: at.y + radius * Math.sin(angle) });
      });
    }
  }

  private draw(now: number): void {
    this.isDirty = false;
    this.drawn++;
    const { context, canvas, colours } = this;
    const radios = [...this.model.radios.values()].filter((radio) => this.channel === null || radio.freqMhz === this.channel);
    this.fitNow(radios);
    this.place(radios);
    context.fillStyle = colours["map"]!;
    context.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    this.drawGrid();
    this.drawWalls();
    for (const link of this.model.links.values()) this.drawLink(link, radios.length);
    this.drawAssociations();
    this.drawPulses(now);
    for (const radio of radios) this.drawRadio(radio, radios.length);
  }

  private drawGrid(): void {
    const { context, canvas, colours } = this;
    const wanted = 90 / this.scale, power = 10 ** Math.floor(Math.log10(wanted));
    const step = [1, 2, 5, 10].map((times) => times * power).find((metres) => metres >= wanted)!;
    const [least, most] = [this.toWorld({ x: 0, y: canvas.clientHeight }), this.toWorld({ x: canvas.clientWidth, y: 0 })];
    context.strokeStyle = colours["grid"]!;
    context.fillStyle = colours["faint"]!;
    context.lineWidth = 1;
    context.font = "10px system-ui, sans-serif";
    context.textAlign = "left";
    context.beginPath();
    for (let x = Math.ceil(least.x / step) * step; x <= most.x; x += step) {
      const at = Math.round(this.toScreen(x, 0).x) + 0.5;
      context.moveTo(at, 0);
      context.lineTo(at, canvas.clientHeight);
      context.fillText(`${+x.toPrecision(6)} m`, at + 3, canvas.clientHeight - 4);
    }
    for (let y = Math.ceil(least.y / step) * step; y <= most.y; y += step) {
      const at = Math.round(this.toScreen(0, y).y) + 0.5;
      context.moveTo(0, at);
      context.lineTo(canvas.clientWidth, at);
    }
    context.stroke();
  }

  private drawWalls(): void {
    const { context, colours } = this;
    context.strokeStyle = context.fillStyle = colours["wall"]!;
    context.lineWidth = 4;
    for (const wall of this.model.medium?.walls ?? []) {
      const from = this.toScreen(...wall.from), to = this.toScreen(...wall.to);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
      context.fillText(`${wall.name} ${wall.material ?? `${wall.lossDb} dB`}`, (from.x + to.x) / 2 + 6, (from.y + to.y) / 2 - 6);
    }
  }

  /** The colour of a link: by SNR, or by the rate of the latest data frame that was received. */
  private colourOf(link: Link): string {
    if (link.loss !== undefined) return this.colours[link.loss >= 0.9 ? "bad" : link.loss >= 0.3 ? "poor" : link.loss > 0.05 ? "fair" : "good"]!;
    if (this.colourBy === "rate") {
      const mbps = this.model.rates.get(linkKey(link.from, link.to))?.mbps ?? 0;
      return this.colours[mbps >= 36 ? "good" : mbps >= 12 ? "fair" : mbps > 0 ? "poor" : "grid"]!;
    }
    return this.colours[link.snrDb >= 25 ? "good" : link.snrDb >= 15 ? "fair" : link.snrDb >= 5 ? "poor" : "bad"]!;
  }

  /** Each direction has its side of the line between two radios: the right one, as its frames go. */
  private lane(from: string, to: string): { from: Point; to: Point } | null {
    const one = this.points.get(from), other = this.points.get(to);
    if (!one || !other) return null;
    const length = Math.hypot(other.x - one.x, other.y - one.y) || 1;
    const [ux, uy] = [(other.x - one.x) / length, (other.y - one.y) / length];
    const [dx, dy] = [-uy * 3, ux * 3], gap = Math.min(13, length / 3);
    return { from: { x: one.x + dx + ux * gap, y: one.y + dy + uy * gap }, to: { x: other.x + dx - ux * gap, y: other.y + dy - uy * gap } };
  }

  private drawLink(link: Link, radios: number): void {
    const lane = this.lane(link.from, link.to);
    if (!lane) return;
    const { context } = this;
    const isSelected = this.selectedLink?.[0] === link.from && this.selectedLink[1] === link.to;
    const isDead = link.loss === undefined ? link.snrDb < 0 : link.loss >= 1;
    context.strokeStyle = this.colourOf(link);
    context.globalAlpha = isSelected ? 1 : isDead ? 0.3 : 0.75;
    context.lineWidth = isSelected ? 4 : radios > labelsUpTo ? 1 : 2;
    context.setLineDash(isDead ? [2, 5] : link.per > 0.5 ? [6, 4] : []);
    context.beginPath();
    context.moveTo(lane.from.x, lane.from.y);
    context.lineTo(lane.to.x, lane.to.y);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    if (this.selected !== link.from && !isSelected && radios > 6) return;
    const text = link.loss !== undefined ? `loss ${Math.round(link.loss * 100)} %`
      : this.colourBy === "rate" ? this.model.rates.get(linkKey(link.from, link.to))?.rate ?? "" : `${Math.round(link.snrDb)} dB`;
    context.fillStyle = this.colours["text"]!;
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    const side = { x: (lane.to.y - lane.from.y), y: lane.from.x - lane.to.x };
    const length = Math.hypot(side.x, side.y) || 1;
    context.fillText(text, lane.from.x * 0.62 + lane.to.x * 0.38 - (side.x / length) * 12, lane.from.y * 0.62 + lane.to.y * 0.38 - (side.y / length) * 12 + 4);
  }

  private drawAssociations(): void {
    const { context, colours } = this;
    context.strokeStyle = colours["accent"]!;
    context.globalAlpha = 0.16;
    context.lineWidth = 14;
    context.lineCap = "round";
    for (const [station, { accessPoint }] of this.model.associations) {
      const from = this.points.get(station), to = accessPoint ? this.points.get(accessPoint) : undefined;
      if (!from || !to) continue;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
    context.lineCap = "butt";
    context.globalAlpha = 1;
  }

  private drawPulses(now: number): void {
    const { context, colours } = this;
    for (let i = this.pulses.length - 1; i >= 0; i--) {
      const pulse = this.pulses[i]!, part = (now - pulse.startMs) / pulseMs;
      if (part >= 1) {
        this.pulses.splice(i, 1);
        continue;
      }
      const from = this.points.get(pulse.from);
      if (part < 0 || !from) continue;
      context.strokeStyle = context.fillStyle = colours[pulse.colour] ?? colours["faint"]!;
      if (pulse.to === null) {
        context.globalAlpha = (1 - part) * 0.6;
        context.lineWidth = 1.5;
        context.beginPath();
        context.arc(from.x, from.y, 10 + part * 36, 0, 2 * Math.PI);
        context.stroke();
      } else {
        const lane = this.lane(pulse.from, pulse.to);
        if (!lane) continue;
        const reach = pulse.isLost ? part * 0.6 : part; // what is lost does not arrive
        context.globalAlpha = pulse.isLost ? 1 - part : 1;
        context.beginPath();
        context.arc(lane.from.x + (lane.to.x - lane.from.x) * reach, lane.from.y + (lane.to.y - lane.from.y) * reach, 3.5, 0, 2 * Math.PI);
        context.fill();
      }
    }
    context.globalAlpha = 1;
  }

  private drawRadio(radio: Radio, radios: number): void {
    const at = this.points.get(radio.radio)!;
    const { context, colours } = this;
    const isAccessPoint = radio.addresses.some((address) => this.model.ssids.has(address));
    const isSelected = this.selected === radio.radio;
    const size = radios > labelsUpTo ? 3 : 9;
    context.fillStyle = isAccessPoint ? colours["accent"]! : colours["panel"]!;
    context.strokeStyle = isSelected ? colours["eapol"]! : this.model.associations.has(radio.radio) || isAccessPoint ? colours["accent"]! : colours["faint"]!;
    context.lineWidth = isSelected ? 3 : 2;
    context.beginPath();
    if (isAccessPoint) context.roundRect(at.x - size, at.y - size, 2 * size, 2 * size, 3);
    else context.arc(at.x, at.y, size, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (radios > labelsUpTo && !isSelected) return;
    context.textAlign = "center";
    context.font = "600 12px system-ui, sans-serif";
    context.fillStyle = colours["text"]!;
    context.fillText(radio.radio, at.x, at.y + 25);
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = colours["faint"]!;
    const ssid = isAccessPoint ? this.model.ssidOf(radio) : null;
    const height = radio.position[2] === 0 ? "" : ` z ${radio.position[2]} m`;
    context.fillText(`${ssid === null ? "" : `"${ssid}" `}${radio.freqMhz ? `${radio.freqMhz} MHz` : "off"}${height}`, at.x, at.y + 39);
  }

  private radioAt(point: Point): Radio | null {
    let [best, distance] = [null as Radio | null, hitPx];
    for (const [name, at] of this.points) {
      const away = Math.hypot(at.x - point.x, at.y - point.y);
      if (away < distance) [best, distance] = [this.model.radios.get(name) ?? null, away];
    }
    return best;
  }

  private linkAt(point: Point): Link | null {
    for (const link of this.model.links.values()) {
      const lane = this.lane(link.from, link.to);
      if (!lane) continue;
      const [dx, dy] = [lane.to.x - lane.from.x, lane.to.y - lane.from.y];
      const along = ((point.x - lane.from.x) * dx + (point.y - lane.from.y) * dy) / (dx * dx + dy * dy || 1);
      if (along > 0 && along < 1 && Math.abs((point.x - lane.from.x) * dy - (point.y - lane.from.y) * dx) / Math.hypot(dx, dy) < 3) return link;
    }
    return null;
  }

  private onDown(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { radio: this.radioAt({ x: event.offsetX, y: event.offsetY }), x: event.offsetX, y: event.offsetY, moved: false };
  }

  private onMove(event: PointerEvent): void {
    const at = { x: event.offsetX, y: event.offsetY };
    if (!this.drag) {
      this.canvas.style.cursor = this.radioAt(at) ? "grab" : this.linkAt(at) ? "pointer" : "default";
      return;
    }
    if (!this.drag.moved && Math.hypot(at.x - this.drag.x, at.y - this.drag.y) < 3) return;
    this.drag.moved = true;
    if (this.drag.radio) {
      const { x, y } = this.toWorld(at);
      const round = (metres: number): number => Math.round(metres * 100) / 100;
      this.dragged = { name: this.drag.radio.radio, position: [round(x), round(y), this.drag.radio.position[2]] };
      this.events.move(this.drag.radio, this.dragged.position, false);
    } else {
      this.isFitted = false;
      this.centre.x -= (at.x - this.drag.x) / this.scale;
      this.centre.y += (at.y - this.drag.y) / this.scale;
      [this.drag.x, this.drag.y] = [at.x, at.y];
    }
    this.isDirty = true;
  }

  private onUp(event: PointerEvent): void {
    const { drag, dragged } = this;
    this.drag = null;
    if (!drag) return;
    if (drag.moved && drag.radio && dragged) {
      this.isFitted = false; // what one has put somewhere stays there
      this.events.move(drag.radio, dragged.position, true);
    } else if (!drag.moved) {
      const link = drag.radio ? null : this.linkAt({ x: event.offsetX, y: event.offsetY });
      if (link) this.events.selectLink(link.from, link.to);
      else this.events.selectRadio(drag.radio?.radio ?? null);
    }
    this.isDirty = true;
  }

  /** The daemon has answered the last move: its radios' places count again. */
  release(): void {
    if (!this.drag) this.dragged = null;
    this.isDirty = true;
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    this.isFitted = false;
    const at = { x: event.offsetX, y: event.offsetY }, before = this.toWorld(at);
    this.scale = Math.min(Math.max(this.scale * Math.exp(-event.deltaY / 600), 0.0001), 5000);
    const after = this.toWorld(at);
    this.centre.x += before.x - after.x;
    this.centre.y += before.y - after.y;
    this.isDirty = true;
  }

  private onKey(event: KeyboardEvent): void {
    const radio = this.selected ? this.model.radios.get(this.selected) : undefined;
    const way = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as Record<string, [number, number]>)[event.key];
    if (event.key === "+" || event.key === "-") {
      this.isFitted = false;
      this.scale *= event.key === "+" ? 1.25 : 0.8;
      this.isDirty = true;
    } else if (radio && way) {
      event.preventDefault();
      const metres = event.shiftKey ? 10 : 1, [x, y, z] = radio.position;
      this.events.move(radio, [x + way[0] * metres, y + way[1] * metres, z], true);
    }
  }
}
