/**
 * The part of an Argo Workflow that a pipeline needs. The fields are explained in Argo's reference,
 * https://argo-workflows.readthedocs.io/en/latest/fields/.
 */
export interface Workflow {
  readonly apiVersion: 'argoproj.io/v1alpha1';
  readonly kind: 'Workflow';
  readonly metadata: { readonly generateName: string };
  readonly spec: WorkflowSpec;
}

interface WorkflowSpec {
  readonly entrypoint: string;
  readonly parallelism?: number;
  readonly volumes?: readonly Volume[];
  readonly templates: readonly (DagTemplate | ContainerTemplate)[];
}

interface Volume {
  readonly name: string;
  readonly persistentVolumeClaim: { readonly claimName: string };
}

export interface DagTemplate {
  readonly name: string;
  readonly dag: { readonly failFast: boolean; readonly tasks: readonly Task[] };
}

export interface Task {
  readonly name: string;
  readonly template: string;
  /** The names of the tasks that have to succeed before. */
  readonly dependencies?: readonly string[];
  readonly arguments: { readonly parameters: readonly Parameter[] };
  /** Runs the task once for each of them, as `{{item}}`. */
  readonly withItems?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly value?: string;
}

export interface ContainerTemplate {
  readonly name: string;
  readonly inputs: { readonly parameters: readonly Parameter[] };
  /** A patch of the pod's specification, as JSON, for what a template has no field. */
  readonly podSpecPatch: string;
  readonly retryStrategy: RetryStrategy;
  readonly container: Container;
}

interface RetryStrategy {
  readonly limit: string;
  readonly retryPolicy: 'Always';
  /** Which failures are retried. */
  readonly expression: string;
}

export interface Container {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env?: readonly Variable[];
  readonly envFrom: readonly { readonly secretRef: { readonly name: string; readonly optional: boolean } }[];
  readonly resources: Resources;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Variable {
  readonly name: string;
  readonly valueFrom: {
    readonly secretKeyRef: { readonly name: string; readonly key: string; readonly optional?: boolean };
  };
}

export interface Resources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}
