import type { Frame } from "./api";
import { byId, element } from "./dom";
import type { Model } from "./model";
import { resultOf } from "./panel";

/** The table of frames: only the rows that are in view are elements, however many frames are kept. */

const rowPx = 20;

export class Timeline {
  private readonly table = byId("table");
  private readonly spacer = element("div", { class: "spacer" });
  private readonly body = element("div", { class: "rows" });
  private filtered: Frame[] = [];
  private seen = 0; // number of the newest frame that was filtered
  private isAtEnd = true;
  private paused = false;
  private selected: number | null = null;

  constructor(private readonly model: Model, private readonly select: (frame: Frame) => void) {
    const head = element("div", { class: "head", role: "row" },
      ...["time", "radio", "frame", "from", "to", "octets", "rate", "dBm", "sent", "result"].map((title) => element("span", { role: "columnheader" }, title)));
    this.table.append(head, this.spacer);
    this.spacer.append(this.body);
    this.table.addEventListener("scroll", () => {
      this.isAtEnd = this.table.scrollTop + this.table.clientHeight >= this.table.scrollHeight - 2 * rowPx;
      this.show();
    });
    for (const id of ["filter-vm", "filter-type", "filter-address", "filter-ssid"]) byId(id).addEventListener("input", () => this.filterAgain());
  }

  get isPaused(): boolean {
    return this.paused;
  }

  pause(): void {
    this.paused = !this.paused;
    if (!this.paused) {
      this.isAtEnd = true;
      this.refresh();
    }
  }

  /** Takes in the frames that have come. */
  refresh(): void {
    if (this.paused) return;
    const { frames } = this.model;
    let from = frames.length;
    while (from > 0 && frames[from - 1]!.number > this.seen) from--;
    const fits = this.filter();
    for (let i = from; i < frames.length; i++) {
      if (fits(frames[i]!)) this.filtered.push(frames[i]!);
    }
    this.seen = frames.at(-1)?.number ?? this.seen;
    const oldest = frames[0]?.number ?? 0;
    if ((this.filtered[0]?.number ?? 0) < oldest) this.filtered = this.filtered.filter((frame) => frame.number >= oldest);
    this.show();
    this.showHandshakes();
  }

  /** The daemon is another, or anew: its numbers count from the beginning. */
  restart(): void {
    this.seen = 0;
    this.filtered = [];
    this.model.frames = [];
  }

  private filterAgain(): void {
    const fits = this.filter();
    this.filtered = this.model.frames.filter((frame) => frame.number <= this.seen && fits(frame));
    this.isAtEnd = true;
    this.show();
  }

  private filter(): (frame: Frame) => boolean {
    const text = (id: string): string => byId<HTMLInputElement>(id).value.trim().toLowerCase();
    const [vm, type, address, ssid] = [text("filter-vm"), text("filter-type"), text("filter-address"), text("filter-ssid")];
    const ssids = this.model.ssids;
    return (frame) => (!vm || frame.radio.toLowerCase().includes(vm) || (frame.receiver !== null && (this.model.owners.get(frame.receiver) ?? "").toLowerCase().includes(vm)))
      && (!type || (type === "eapol" ? frame.eapol : type === "lost" ? frame.acked === false || frame.signalDbm === null : frame.type === type))
      && (!address || `${frame.receiver} ${frame.transmitter} ${frame.bssid}`.includes(address))
      && (!ssid || (frame.ssid ?? (frame.bssid ? ssids.get(frame.bssid) : null) ?? "").toLowerCase().includes(ssid));
  }

  private show(): void {
    this.spacer.style.height = `${this.filtered.length * rowPx}px`;
    if (this.isAtEnd && !this.paused) this.table.scrollTop = this.table.scrollHeight;
    const first = Math.max(0, Math.floor((this.table.scrollTop - rowPx) / rowPx));
    const shown = this.filtered.slice(first, first + Math.ceil(this.table.clientHeight / rowPx) + 2);
    this.body.style.transform = `translateY(${first * rowPx}px)`;
    this.body.replaceChildren(...shown.map((frame, i) => this.row(frame, this.filtered[first + i - 1])));
  }

  private row(frame: Frame, before: Frame | undefined): HTMLElement {
    const time = new Date(frame.timeUs / 1000);
    const mark = this.model.marks.find((one) => one.timeUs <= frame.timeUs && (before === undefined || one.timeUs > before.timeUs));
    const name = `${frame.name}${frame.message === null ? frame.eapol ? " EAPOL" : "" : ` EAPOL ${frame.message}/4`}${frame.ssid === null ? "" : ` "${frame.ssid}"`}`;
    const result = resultOf(frame);
    const cells = [
      `${time.toTimeString().slice(0, 8)}.${String(frame.timeUs % 1_000_000).padStart(6, "0")}`, frame.radio, name,
      frame.transmitter ?? "", frame.receiver ?? "", String(frame.length), frame.rate, frame.signalDbm === null ? "" : String(frame.signalDbm),
      frame.attempts > 1 ? `${frame.attempts}×` : "", mark ? `◆ ${mark.text} ${result}` : result,
    ];
    const kind = frame.acked === false || frame.signalDbm === null ? "lost" : frame.eapol ? "eapol" : frame.type;
    return element("div", { role: "row", class: `row ${kind}${mark ? " mark" : ""}${frame.number === this.selected ? " selected" : ""}`, "data-number": frame.number,
      click: () => {
        this.selected = frame.number;
        this.select(frame);
        this.show();
      } }, ...cells.map((cell) => element("span", { role: "cell", title: cell }, cell)));
  }

  private showHandshakes(): void {
    const { handshakes, owners } = this.model;
    byId("handshakes").replaceChildren(...handshakes.slice(-6).map((one) => element("span",
      { class: "handshake", title: `4-way handshake of ${one.station} with ${one.bssid}` }, owners.get(one.station) ?? one.station,
      ...one.messages.map((isAcked, i) => element("i", { class: isAcked === null ? "" : isAcked ? "done" : "lost" }, String(i + 1))))));
  }
}
