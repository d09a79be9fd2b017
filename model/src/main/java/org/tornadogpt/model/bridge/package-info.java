/**
 * Models of other programs: what their tensors are called, how their values lie, and files that they read and write.
 */
package org.tornadogpt.model.bridge;
