/** Recorded programs: nodes, the workspace that owns their memory, and what a device must offer. Names no operation. */
package org.tornadogpt.kernels.graph;
