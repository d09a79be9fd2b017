/** Low-rank adapters (Hu et al. 2021): a few new parameters train, the model's own stay as they are. */
package org.tornadogpt.model.lora;
