// The server as functions. Types come from its OpenAPI description (schema.ts is generated).
import { Packed } from "./packed";
import type { components } from "./schema";

export type Scenario = components["schemas"]["ScenarioDocument"];
export type ScenarioRow = components["schemas"]["ScenarioRow"];
export type Slot = components["schemas"]["Slot"];
export type Edit = components["schemas"]["Edit"];
export type Job = components["schemas"]["JobDocument"];
export type DesignRequest = components["schemas"]["DesignRequest"];
export type TerritoryChange = components["schemas"]["TerritoryChange"];

export interface Project {
  name: string; definition: string; title: string; measure: string; payer: string; market: string; band: [number, number];
  weights: Record<string, number>; used_weights: Record<string, number>;
  capacity: { hours_a_year: number; calls_a_year: number; administration_share: number; face_time_target: number };
  design: { territories: number; seconds: number; seed: number };
  units: number; accounts: number; providers: number; national: Record<string, number>; notes: string[]; plans: string[];
}
export interface Found { kind: string; label: string; detail: string; unit?: number; slot?: number; account?: number; npi?: string }

/** An error of the server: its one sentence, and what it adds (a conflict names the units). */
export class Problem extends Error {
  constructor(readonly status: number, detail: string, readonly extra: { current?: number; units?: number[]; labels?: string[] } = {}) {
    super(detail);
  }
}

const ROOT = "/api/v1";
export const WINDOW = crypto.randomUUID().slice(0, 8);

async function ask(path: string, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(ROOT + path, init);
  } catch {
    throw new Problem(0, "The server does not answer; is `bailiwick serve` still running? Nothing was lost: finished edits are stored.");
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({ detail: answer.statusText }));
  throw new Problem(answer.status, body.detail, body);
}

export async function get<T>(path: string): Promise<T> {
  return (await ask(path)).json();
}
export async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await ask(path, { method, headers: body === undefined ? {} : { "content-type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body) });
  return answer.status === 204 ? (undefined as T) : answer.json();
}
export async function packed(path: string): Promise<Packed> {
  return new Packed(await (await ask(path)).arrayBuffer());
}
export async function octets(path: string): Promise<ArrayBuffer> {
  return (await ask(path)).arrayBuffer();
}
export async function upload<T>(path: string, file: File): Promise<T> {
  const form = new FormData();
  form.append("file", file);
  return (await ask(path, { method: "POST", body: form })).json();
}
