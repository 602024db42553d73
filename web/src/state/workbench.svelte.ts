// What the workbench shows: one market, one scenario on the map, a selection. Edits are applied at once and stored in order.
import { get, octets, packed, Problem, send, WINDOW, type Edit, type Scenario, type ScenarioRow, type TerritoryChange } from "../api/client";
import { AreaIndex } from "./area";
import { allPieces, colouring, slotNeighbours, type Neighbours } from "./borders";
import { loadMarket, type Market, type Sums } from "./market";
import { TERRITORY } from "./palette";
import { figures, haulBySlot, sumSlots, type Figures } from "./totals";

export interface Row { slot: number; id: string; name: string; rep: string; base: string; locked: boolean; figures: Figures; pieces: number; inBand: boolean; capacity: number }
export interface Conflict { message: string; label: string; theirs: number[]; mine: number[]; edit: Edit }
export interface Change { label: string; rows: { before: Row | null; after: Row | null }[]; driving: boolean; more: number }
export type Tool = "browse" | "lasso" | "polygon" | "circle" | "drive" | "paint";
export type Measure = "territory" | "raw" | "accessible" | "calls" | "workload_hours" | "population" | "accounts";
export type Page = "map" | "opportunity" | "data";
export type Side = "territories" | "accounts" | "providers" | "charts" | "design" | "compare" | "history";

const SHOWN = 8; // territories of a before and after

class Workbench {
  market = $state.raw<Market | null>(null);
  near = $state.raw<Neighbours | null>(null);
  area = $state.raw<AreaIndex | null>(null);
  list = $state.raw<ScenarioRow[]>([]);
  scenario = $state.raw<Scenario | null>(null);
  labels = $state.raw<Int16Array>(new Int16Array(0));
  minutes = $state.raw<Float32Array>(new Float32Array(0));
  rows = $state.raw<Row[]>([]);
  tints = $state.raw<Int16Array>(new Int16Array(0));
  preview = $state.raw<Int16Array | null>(null); // a design under way
  beside = $state.raw<{ id: string; name: string; labels: Int16Array; tints: Int16Array } | null>(null);

  selection = $state.raw<Uint32Array>(new Uint32Array(0));
  slot = $state(-1);
  unit = $state(-1);
  account = $state(-1);
  tool = $state<Tool>("browse");
  measure = $state<Measure>("territory");
  layers = $state({ accounts: true, heat: false, counties: true, roads: true, labels: true });
  page = $state<Page>("map");
  side = $state<Side>("territories");
  conflict = $state.raw<Conflict | null>(null);
  changed = $state.raw<Change | null>(null);
  empty = $state(""); // why there is no market to show
  said = $state.raw<{ text: string; bad: boolean } | null>(null);
  saving = $state(0);
  focus = $state.raw<{ units: ArrayLike<number>; at: number } | null>(null); // the map goes there

  private queue: Promise<unknown> = Promise.resolve();
  private roads = new Map<number, Promise<Float32Array>>();
  private watched?: () => void;

  get band(): [number, number] {
    return this.scenario?.band ?? this.market?.project.band ?? [0.85, 1.15];
  }
  get live(): number {
    return this.scenario ? this.scenario.territories.filter((t) => !t.gone).length : 0;
  }
  get outside(): number {
    return this.rows.filter((r) => !r.inBand || r.pieces !== 1).length;
  }
  say(text: string, bad = false): void {
    this.said = { text, bad };
  }
  /** Runs work and shows its error as one sentence. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), true);
      return undefined;
    }
  }

  // --- loading

  async begin(): Promise<void> {
    onfocus = () => void this.look();
    const list = await this.refreshList();
    const wanted = new URLSearchParams(location.hash.slice(1)).get("scenario");
    const first = list.find((s) => s.id === wanted) ?? list[0];
    const shapes = packed("/geometry/adjacency").then((p) => {
      this.near = { indptr: p.numbers("indptr"), indices: p.numbers("indices"), borderMiles: p.numbers("border_miles") };
    });
    try {
      this.market = await loadMarket(first?.id);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error;
      this.empty = error.message; // a project without data yet: the page to bring some
      this.page = "data";
      return;
    }
    this.empty = "";
    if (!first) { this.measure = "raw"; this.side = "design"; }
    this.area = new AreaIndex(this.market.x, this.market.y);
    await shapes;
    if (first) await this.open(first.id);
  }

  async refreshList(): Promise<ScenarioRow[]> {
    this.list = (await get<{ items: ScenarioRow[] }>("/scenarios")).items;
    return this.list;
  }

  async open(id: string): Promise<void> {
    const [scenario, labels, minutes] = await Promise.all([get<Scenario>(`/scenarios/${id}`), octets(`/scenarios/${id}/assignment`), octets(`/scenarios/${id}/minutes`)]);
    const other = this.scenario?.id !== id;
    if (this.market && (this.market.project.definition !== scenario.definition || JSON.stringify(this.scenario?.weights ?? null) !== JSON.stringify(scenario.weights))) {
      if (other && this.scenario) this.market = await loadMarket(id);
    }
    this.stand(scenario, new Int16Array(labels), new Float32Array(minutes));
    if (other) { this.slot = -1; this.selection = new Uint32Array(0); this.changed = null; }
    history.replaceState(null, "", `#scenario=${id}`);
  }

  async reloadMarket(): Promise<void> {
    if (!this.market) return this.begin();
    this.market = await loadMarket(this.scenario?.id);
    if (this.scenario) await this.open(this.scenario.id);
  }

  private stand(scenario: Scenario, labels: Int16Array, minutes: Float32Array): void {
    const same = this.scenario?.id === scenario.id;
    this.scenario = scenario;
    this.labels = labels;
    this.minutes = minutes;
    this.remeasure(same ? this.tints : undefined);
  }

  /** Another window may have changed the scenario: say so and show it. */
  private async look(): Promise<void> {
    if (!this.scenario || this.saving || this.conflict) return;
    const now = await get<Scenario>(`/scenarios/${this.scenario.id}`).catch(() => null);
    if (now && this.scenario && now.id === this.scenario.id && now.version > this.scenario.version) {
      await this.open(now.id);
      this.say("This scenario was changed in another window; the map shows it as it stands now.");
    }
  }

  // --- measuring

  private remeasure(before?: Int16Array): void {
    const { market, near, scenario } = this;
    if (!market || !near || !scenario) return;
    const slots = scenario.territories.length;
    const sums = sumSlots(market, this.labels, slots), haul = haulBySlot(market, this.labels, this.minutes, slots);
    const pieces = allPieces(near, this.labels, slots);
    this.rows = scenario.territories.flatMap((t, slot) => (t.gone ? [] : [this.row(slot, sums[slot], haul[slot], pieces[slot])]));
    const sets = slotNeighbours(near, this.labels, slots);
    this.tints = colouring(sets, TERRITORY.length, before);
  }

  private row(slot: number, sums: Sums, haul: number, pieces: number): Row {
    const t = this.scenario!.territories[slot];
    const found = figures(this.market!, sums, haul, this.live);
    const [low, high] = this.band;
    return { slot, id: t.id, name: t.name, rep: t.rep, base: t.base_zip, locked: t.locked, capacity: t.capacity, figures: found, pieces, inBand: found.index >= low - 1e-9 && found.index <= high + 1e-9 };
  }

  /** Minutes by road from a unit to all, kept. */
  roadsFrom(unit: number): Promise<Float32Array> {
    let found = this.roads.get(unit);
    if (!found) {
      found = octets(`/roads/minutes?unit=${unit}`).then((b) => new Float32Array(b));
      found.catch(() => this.roads.delete(unit));
      this.roads.set(unit, found);
    }
    return found;
  }

  // --- editing

  /** Called by the map when an edit is on the screen. */
  onScreen(resolve: () => void): void {
    this.watched = resolve;
  }
  painted(): void {
    this.watched?.();
    this.watched = undefined;
  }

  async edit(label: string, units: ArrayLike<number>, to: number | number[], territories: TerritoryChange[] = [], locks: { lock?: number[]; unlock?: number[] } = {}): Promise<void> {
    const { scenario, market } = this;
    if (!scenario || !market) return;
    performance.mark("edit-start");
    const list = Array.from(units), targets = Array.isArray(to) ? to : list.map(() => to);
    const refused = this.refusal(list, targets);
    if (refused) return this.say(refused, true);
    const shown = new Promise<void>((resolve) => this.onScreen(resolve));
    const edit: Edit = { version: scenario.version, label, who: WINDOW, units: list, to: targets, territories, lock: locks.lock ?? [], unlock: locks.unlock ?? [] };
    const kept = { labels: this.labels, rows: this.rows, tints: this.tints, minutes: this.minutes, scenario };
    if (!territories.length) this.applyHere(label, list, targets);
    this.saving++;
    const work = this.queue.then(async () => {
      try {
        const done = await send<Scenario>("POST", `/scenarios/${scenario.id}/changes`, { ...edit, version: this.scenario!.version });
        this.scenario = done;
        performance.measure("edit-saved", "edit-start");
        if (territories.length) await this.open(scenario.id);
        else if (locks.lock || locks.unlock) this.rows = [...this.rows];
        this.showChange(label, kept.rows, list.length > 0);
      } catch (error) {
        Object.assign(this, kept);
        if (error instanceof Problem && error.status === 409) {
          this.conflict = { message: error.message, label, theirs: error.extra.units ?? [], mine: list, edit };
        } else this.say(error instanceof Error ? error.message : String(error), true);
      } finally {
        this.saving--;
      }
    });
    this.queue = work;
    await Promise.race([shown, work]);
    performance.measure("edit", "edit-start");
    await work;
    void this.refreshList();
  }

  private refusal(units: number[], to: number[]): string | null {
    const rows = this.scenario!.territories, held = new Set(this.scenario!.locked_units);
    for (let i = 0; i < units.length; i++) {
      const from = this.labels[units[i]];
      if (from === to[i]) continue;
      for (const s of [from, to[i]]) if (rows[s]?.locked) return `${rows[s].id} ${rows[s].name} is locked; unlock it first.`;
      if (held.has(units[i])) return `ZIP ${this.market!.zip[units[i]]} is locked; unlock it first.`;
    }
    return null;
  }

  private applyHere(label: string, units: number[], to: number[]): void {
    const before = this.rows;
    const labels = this.labels.slice();
    units.forEach((u, i) => (labels[u] = to[i]));
    this.labels = labels;
    this.remeasure(this.tints);
    this.showChange(label, before, true);
    const bases = [...new Set(to)].map((s) => this.market!.unitOfZip.get(this.scenario!.territories[s].base_zip)!);
    void Promise.all(bases.map((b) => this.roadsFrom(b))).then((found) => {
      if (this.labels !== labels) return;
      const minutes = this.minutes.slice(), row = new Map([...new Set(to)].map((s, i) => [s, found[i]]));
      units.forEach((u, i) => (minutes[u] = row.get(to[i])![u]));
      this.minutes = minutes;
      this.remeasure(this.tints);
      this.showChange(label, before, false);
    }).catch(() => undefined);
  }

  /** The territories an edit touched, before and after. */
  private showChange(label: string, before: Row[], driving: boolean): void {
    const was = new Map(before.map((r) => [r.slot, r])), is = new Map(this.rows.map((r) => [r.slot, r]));
    const touched = [...new Set([...was.keys(), ...is.keys()])].filter((s) => was.get(s)?.figures.units !== is.get(s)?.figures.units || was.get(s)?.figures.index !== is.get(s)?.figures.index);
    if (!touched.length) return;
    const size = (s: number): number => Math.abs((was.get(s)?.figures.index ?? 0) - (is.get(s)?.figures.index ?? 0));
    const most = touched.sort((a, b) => size(b) - size(a)).slice(0, SHOWN);
    this.changed = { label, driving, more: touched.length - most.length, rows: most.map((s) => ({ before: was.get(s) ?? null, after: is.get(s) ?? null })) };
  }

  /** Undo, redo, mend, split, merge: the server's answer replaces what is shown. */
  async act(path: string, body: Record<string, unknown> = {}, label = ""): Promise<boolean> {
    const { scenario } = this;
    if (!scenario) return false;
    const before = this.rows;
    this.saving++;
    const work = this.queue.then(async () => {
      try {
        const done = await send<Scenario & { moved?: number; share?: number; in_band?: boolean }>("POST", `/scenarios/${scenario.id}/${path}`, { version: this.scenario!.version, who: WINDOW, ...body });
        await this.open(scenario.id);
        if (label) this.showChange(label, before, false);
        if (done.moved !== undefined) {
          this.say(`${done.moved} ZIPs moved, ${(100 * (done.share ?? 0)).toFixed(1)}% of accounts.${done.in_band ? "" : " Not every territory could be brought into band; design again."}`, !done.in_band);
        }
        return true;
      } catch (error) {
        if (error instanceof Problem && error.status === 409) { await this.open(scenario.id); this.say("Another window changed this scenario first; it is shown as it stands now. Nothing was overwritten.", true); }
        else this.say(error instanceof Error ? error.message : String(error), true);
        return false;
      } finally {
        this.saving--;
      }
    });
    this.queue = work;
    void this.refreshList();
    return work;
  }

  async settle(mine: boolean): Promise<void> {
    const found = this.conflict;
    this.conflict = null;
    if (!found || !this.scenario) return;
    await this.attempt(() => this.open(this.scenario!.id));
    if (mine) await this.edit(found.label, found.edit.units ?? [], found.edit.to ?? [], found.edit.territories ?? [], { lock: found.edit.lock, unlock: found.edit.unlock });
  }

  select(units: Uint32Array): void {
    this.selection = units;
  }
  go(units: ArrayLike<number>): void {
    this.focus = { units, at: performance.now() };
  }
  unitsOf(slot: number): Uint32Array {
    const found: number[] = [];
    for (let u = 0; u < this.labels.length; u++) if (this.labels[u] === slot) found.push(u);
    return Uint32Array.from(found);
  }
}

export const wb = new Workbench();
