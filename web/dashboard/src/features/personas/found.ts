/** What a persona model found, as the server writes it. */
export interface Difference {
  feature: string;
  value?: string | null;
  mean: number;
  mean_of_all: number;
  standardised: number;
}

export interface Persona {
  id: string;
  name: string;
  description: string;
  count: number;
  differences: Difference[];
}

export interface Found {
  personas: Persona[];
  silhouette: number;
  tried: [number, number][];
  profiles: number;
}

/** How clear groups with this silhouette are (Kaufman and Rousseeuw 1990, table 4). */
export function clarity(silhouette: number): { title: string } {
  if (silhouette > 0.7) return { title: 'very clear' };
  if (silhouette > 0.5) return { title: 'clear' };
  if (silhouette > 0.25) return { title: 'weak' };
  return { title: 'hardly there' };
}
