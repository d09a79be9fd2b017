/**
 * The {@code tornado} device: recorded programs become TornadoVM task graphs.
 *
 * <p>What needs no TornadoVM runtime (cutting a program into graphs, folding layers, buffer lists) is kept free of it:
 * see {@link org.tornadogpt.kernels.device.tornado.GraphPlan}.
 */
package org.tornadogpt.kernels.device.tornado;
