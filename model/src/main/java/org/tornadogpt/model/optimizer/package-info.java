/** How parameters follow from gradients: AdamW for all, or Muon for the matrices of the blocks; averages of weights. */
package org.tornadogpt.model.optimizer;
