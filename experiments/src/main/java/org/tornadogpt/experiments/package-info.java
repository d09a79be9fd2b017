/** Worked examples of kernels: sliding-window attention and a split-K product. */
package org.tornadogpt.experiments;
