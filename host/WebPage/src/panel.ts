import type { Actions } from "./actions";
import type { Fault, Frame, Medium, Radio } from "./api";
import { byId, element, option, slider } from "./dom";
import { linkKey, type Model } from "./model";

/** The side of the page: the list of radios, details of what is selected, and the medium's settings. */

export type Selection = { kind: "radio"; radio: string } | { kind: "link"; from: string; to: string } | { kind: "frame"; frame: Frame } | null;

const number = (value: number): string => value.toLocaleString("en");
const microseconds = (us: number): string => us >= 10_000 ? `${(us / 1000).toFixed(1)} ms` : `${us.toFixed(us < 100 ? 1 : 0)} µs`;

function rows(...pairs: [string, string][]): HTMLElement {
  return element("dl", {}, ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

export class Panel {
  private selection: Selection = null;
  private shown = "";

  constructor(private readonly model: Model, private readonly actions: Actions, private readonly select: (selection: Selection) => void) {
    byId("radio-filter").addEventListener("input", () => this.showRadios());
    byId("radios").addEventListener("keydown", (event) => this.onKey(event as KeyboardEvent));
  }

  show(selection: Selection): void {
    this.selection = selection;
    this.shown = "";
    this.refresh();
  }

  /** Shows what is now; what someone is using stays as it is. */
  refresh(): void {
    this.showRadios();
    const details = byId("details");
    if (!this.isInUse(details) || this.shown === "") details.replaceChildren(...this.details());
    this.shown = "details";
    const medium = byId("medium");
    if (!this.isInUse(medium)) medium.replaceChildren(...this.mediumControls());
  }

  private isInUse(part: HTMLElement): boolean {
    const active = document.activeElement;
    return active instanceof HTMLElement && part.contains(active) && ["INPUT", "SELECT"].includes(active.tagName) || part.matches(":active");
  }

  private showRadios(): void {
    const wanted = byId<HTMLInputElement>("radio-filter").value.toLowerCase();
    const selected = this.selection?.kind === "radio" ? this.selection.radio : null;
    const fits = (radio: Radio): boolean =>
      `${radio.radio} ${radio.addresses.join(" ")} ${this.model.ssidOf(radio) ?? ""}`.toLowerCase().includes(wanted);
    const radios = [...this.model.radios.values()].filter(fits);
    const items = radios.slice(0, 300).map((radio) => {
      const ssid = this.model.ssidOf(radio);
      return element("li", { role: "option", "aria-selected": String(radio.radio === selected), "data-radio": radio.radio,
        click: () => this.select({ kind: "radio", radio: radio.radio }) },
      element("b", {}, radio.radio), element("span", { class: "ssid" }, ssid === null ? "" : ssid), element("i", {}, radio.freqMhz ? `${radio.freqMhz}` : "off"));
    });
    if (radios.length > items.length) items.push(element("li", { class: "faint" }, `and ${radios.length - items.length} more`));
    byId("radios").replaceChildren(...items);
  }

  private onKey(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const names = [...byId("radios").querySelectorAll("li[data-radio]")].map((item) => item.getAttribute("data-radio")!);
    if (step === 0 || names.length === 0) return;
    event.preventDefault();
    const now = this.selection?.kind === "radio" ? names.indexOf(this.selection.radio) : -1;
    this.select({ kind: "radio", radio: names[Math.min(Math.max(now + step, 0), names.length - 1)]! });
    byId("radios").querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  private details(): Node[] {
    const selection = this.selection;
    if (selection?.kind === "radio") {
      const radio = this.model.radios.get(selection.radio);
      return radio ? this.radioDetails(radio) : [element("p", { class: "faint" }, `${selection.radio} has gone`)];
    }
    if (selection?.kind === "link") return this.linkDetails(selection.from, selection.to);
    if (selection?.kind === "frame") return this.frameDetails(selection.frame);
    return [element("p", { class: "faint" }, "Click a radio, a link or a frame. Drag a radio to move it.")];
  }

  private radioDetails(radio: Radio): Node[] {
    const { model, actions } = this;
    const vm = model.status?.vms.find((one) => one.name === radio.vm);
    const association = model.associations.get(radio.radio);
    const ssid = model.ssidOf(radio);
    const place = (axis: 0 | 1 | 2): HTMLElement => element("input", {
      type: "number", step: "any", value: radio.position[axis], "aria-label": `${"xyz"[axis]} in metres`,
      change: (event) => {
        const position: [number, number, number] = [...radio.position];
        position[axis] = +(event.target as HTMLInputElement).value;
        void actions.move(radio, position, radio.position);
      },
    });
    const made: Node[] = [
      element("h2", {}, radio.radio),
      rows(
        ["addresses", radio.addresses.join(" ")],
        ["frequency", radio.freqMhz ? `${radio.freqMhz} MHz` : "none"],
        ["BSS", ssid === null && !association ? "none seen" : `${ssid === null ? "" : `"${ssid}" `}${association?.bssid ?? radio.addresses[0] ?? ""}`],
      ),
      element("div", { class: "place" }, "x ", place(0), " y ", place(1), " z ", place(2), " m"),
      slider("TX power", { min: -20, max: 40, step: 1, unit: "dBm" }, radio.txPowerDbm, (value) => void actions.setRadio(radio, "txPowerDbm", value)),
      slider("Antenna gain", { min: -10, max: 30, step: 1, unit: "dBi" }, radio.antennaGainDbi, (value) => void actions.setRadio(radio, "antennaGainDbi", value)),
      slider("Noise floor", { min: -110, max: -30, step: 1, unit: "dBm" }, radio.noiseFloorDbm, (value) => void actions.setRadio(radio, "noiseFloorDbm", value)),
    ];
    const rates = [...model.rates].filter(([key]) => key.startsWith(`${radio.radio}>`)).map(([key, rate]): [string, string] =>
      [`to ${key.split(">")[1]}`, `${rate.rate} (${rate.mbps} Mbit/s)`]);
    if (rates.length > 0) made.push(element("h3", {}, "Rates in use"), rows(...rates));
    if (vm) {
      const drops = Object.entries(vm.drops).filter(([, count]) => count > 0);
      made.push(element("h3", {}, `VM ${vm.name}: ${vm.kind}${vm.path ? `, ${vm.path} datapath` : ""}, ${vm.state}`), rows(
        ["sent", `${number(vm.txFrames)} frames, ${number(vm.txBytes)} B`],
        ["received", `${number(vm.rxFrames)} frames, ${number(vm.rxBytes)} B`],
        ["acknowledged", `${number(vm.acked)}; not: ${number(vm.notAcked)} (no room: ${number(vm.noRoom)})`],
        ["retries", number(vm.retries)],
        ["lost to it", number(vm.lostOnAir)],
        ["dropped", drops.length ? drops.map(([reason, count]) => `${reason} ${number(count)}`).join(", ") : "0"],
        ["TX slots held", `${vm.txSlotsHeld} of ${vm.txSlots}`],
        ["RX descriptors", `${vm.rxOutstanding} of ${vm.rxDescriptors}`],
      ));
      for (const latency of model.status!.latency.filter((one) => one.to === vm.name)) {
        const hops = Object.entries({ total: latency.us, ...latency.hops });
        made.push(element("h3", {}, `Latency from ${latency.from}`), rows(...hops.map(([hop, us]): [string, string] =>
          [hop, `p50 ${microseconds(us.p50)}, p99 ${microseconds(us.p99)}, max ${microseconds(us.max)}`])));
      }
    }
    return made;
  }

  private linkDetails(from: string, to: string): Node[] {
    const { model, actions } = this;
    const made: Node[] = [element("h2", {}, `${from} → ${to}`)];
    const pattern = (name: string): string => model.radios.has(name) ? model.patternOf(model.radios.get(name)!) : name;
    const [sender, receiver] = [pattern(from), pattern(to)];
    for (const [one, other] of [[from, to], [to, from]] as const) {
      const link = model.links.get(linkKey(one, other));
      const rate = model.rates.get(linkKey(one, other));
      made.push(rows([`${one} → ${other}`, link ? `${link.snrDb} dB SNR, ${link.signalDbm} dBm${link.loss === undefined ? "" : `, loss ${link.loss}`}` : "not shown"],
        ["latest rate", rate ? `${rate.rate} (${rate.mbps} Mbit/s)` : "none seen"]));
    }
    const given = model.medium?.links.find((link) => link.from === sender && link.to === receiver);
    const both = element("input", { type: "checkbox", checked: given ? !given.oneWay : true });
    const now = model.links.get(linkKey(from, to));
    made.push(
      slider("SNR", { min: -10, max: 60, step: 1, unit: "dB" }, given?.snrDb ?? Math.round(now?.snrDb ?? 0),
        (snrDb) => void actions.setLink(sender, receiver, { snrDb }, both.checked)),
      slider("Loss", { min: 0, max: 1, step: 0.01, unit: "" }, given?.loss ?? null, (loss) => void actions.setLink(sender, receiver, { loss }, both.checked)),
      element("label", {}, both, " both ways"),
      element("button", { type: "button", disabled: !given, click: () => void actions.setLink(sender, receiver, null, false) }, given ? "Compute it again" : "computed"),
    );
    return made;
  }

  private frameDetails(frame: Frame): Node[] {
    const { model, actions } = this;
    const receiver = frame.receiver ? model.owners.get(frame.receiver) : undefined;
    const pattern = (name: string | undefined): string | undefined => name && model.radios.has(name) ? model.patternOf(model.radios.get(name)!) : undefined;
    const count = element("input", { type: "number", min: 1, max: 1000000, value: 3, "aria-label": "How many" });
    const kind = element("select", { "aria-label": "What happens to them" },
      ...[["drop", "lose"], ["delay", "delay by 50 ms"], ["duplicate", "send twice"], ["corrupt", "flip 8 bits of"]].map(([value, text]) => option(value!, false, text)));
    const action: Record<string, unknown> = { drop: "drop", delay: { delay: "50ms" }, duplicate: { duplicate: 1 }, corrupt: { corrupt: 8 } };
    const match: Record<string, unknown> = {
      ...(frame.match ? { frame: frame.match } : {}),
      ...(pattern(frame.radio) ? { from: pattern(frame.radio) } : {}),
      ...(pattern(receiver) ? { to: pattern(receiver) } : {}),
    };
    return [
      element("h2", {}, `${frame.name}${frame.message === null ? "" : `, EAPOL ${frame.message}/4`}`),
      rows(
        ["sent by", frame.radio],
        ["to", `${frame.receiver ?? "–"}${receiver ? ` (${receiver})` : ""}`],
        ["TA", frame.transmitter ?? "–"],
        ["BSSID", frame.bssid ?? "–"],
        ...(frame.ssid === null ? [] : [["SSID", `"${frame.ssid}"`] as [string, string]]),
        ["length", `${frame.length} octets`],
        ["rate", `${frame.rate} (${frame.mbps} Mbit/s), ${frame.airtimeUs} µs`],
        ["signal", frame.signalDbm === null ? "nobody received it" : `${frame.signalDbm} dBm`],
        ["sent", `${frame.attempts} time${frame.attempts === 1 ? "" : "s"}${frame.collisions ? `, ${frame.collisions} collided` : ""}`],
        ["result", resultOf(frame)],
      ),
      element("div", { class: "fault" }, kind, " the next ", count, ` of these (${Object.entries(match).map(([key, value]) => `${key} ${String(value)}`).join(", ")}) `,
        element("button", { type: "button", id: "inject", click: () => void actions.addFault({ match, action: action[kind.value], count: +count.value }) }, "Inject")),
    ];
  }

  private mediumControls(): Node[] {
    const { model, actions } = this;
    const medium = model.medium;
    if (!medium) return [];
    const model_ = medium.propagation === "none" ? "none" : medium.propagation.model;
    const fading = medium.fading === "none" ? "none" : medium.fading.model;
    const made: Node[] = [
      element("h2", {}, "Medium"),
      this.choice("Timing", ["instant", "airtime"], medium.timing, (timing) => void actions.setTiming(timing)),
      this.choice("Propagation", ["none", "freeSpace", "logDistance", "ituIndoor", "twoRayGround"], model_,
        (name) => void actions.setModel("propagation", name === "none" ? "none" : { model: name })),
    ];
    if (medium.propagation !== "none") {
      const set = (key: string) => (value: number): void => void actions.setModel("propagation", { ...medium.propagation as object, [key]: value } as Medium["propagation"]);
      if (model_ === "logDistance") {
        made.push(slider("Exponent", { min: 1, max: 6, step: 0.1, unit: "" }, (medium.propagation["exponent"] as number | undefined) ?? 3, set("exponent")));
      }
      made.push(slider("Shadowing", { min: 0, max: 20, step: 0.5, unit: "dB" }, (medium.propagation["shadowingDb"] as number | undefined) ?? 0, set("shadowingDb")));
    }
    made.push(this.choice("Fading", ["none", "rayleigh", "rician", "nakagami"], fading, (name) => void actions.setModel("fading",
      name === "none" ? "none" : name === "rician" ? { model: name, k: 4 } : name === "nakagami" ? { model: name, m: 2 } : { model: name })));
    if (medium.faults.length > 0) {
      made.push(element("h3", {}, "Injected faults"), element("ul", { class: "faults" }, ...medium.faults.map((fault) => this.faultItem(fault))));
    }
    return made;
  }

  private faultItem(fault: Fault): HTMLElement {
    const match = Object.entries(fault.match ?? {}).map(([key, value]) => `${key} ${String(value)}`).join(", ");
    const action = typeof fault.action === "string" ? fault.action : Object.entries(fault.action as object).map(([key, value]) => `${key} ${value}`).join(" ");
    return element("li", { "data-fault": fault.name }, `${fault.name}: ${action} ${match} `,
      element("b", {}, `${fault.hits ?? 0}${fault.count ? ` of ${fault.count}` : ""} `),
      element("button", { type: "button", "aria-label": `Remove fault ${fault.name}`, click: () => void this.actions.removeFault(fault) }, "×"));
  }

  private choice(label: string, values: string[], value: string, set: (value: string) => void): HTMLElement {
    return element("label", { class: "choice" }, element("span", {}, label),
      element("select", { "aria-label": label, change: (event) => {
        const select = event.target as HTMLSelectElement;
        select.blur();
        set(select.value);
      } }, ...values.map((one) => option(one, one === value))));
  }
}

export function resultOf(frame: Frame): string {
  if (frame.noRoom) return "no room at the receiver";
  if (frame.acked === false) return "not acknowledged";
  if (frame.acked) return "acknowledged";
  return frame.signalDbm === null ? "nobody received it" : "";
}
