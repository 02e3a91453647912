// torch.nn modules: constructors as `nn.X`, calls with optional arguments as `nn.X.forward`; torch.nn.init and torch.nn.utils.
const conv = "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros'";
const convTranspose =
  "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros'";
const fractionalMaxPool = "kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None";
const maxPool = "kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False";
const avgPool = "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None";
const lpPool = "norm_type, kernel_size, stride=None, ceil_mode=False";
const adaptiveMaxPool = "output_size, return_indices=False";
const unpool = "kernel_size, stride=None, padding=0";
const batchNorm = "num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True";
const instanceNorm = "num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False";
const dropout = "p: Rate=0.5, inplace=False";
const inPlace = "inplace=False";
const shrink = "lambd=0.5";
const softmax = "dim: Dim=None";
const recurrent = "input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False";
const cell = "input_size, hidden_size, bias=True";
const pairLoss = "reduction='mean'";

const forwards = (signature: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name}.forward`, signature]));

const modules: Readonly<Record<string, string>> = {
  Linear: "in_features, out_features, bias=True",
  Bilinear: "in1_features, in2_features, out_features, bias=True",
  Flatten: "start_dim: Dim=1, end_dim: Dim=-1",
  Conv1d: conv,
  Conv2d: conv,
  Conv3d: conv,
  ConvTranspose1d: convTranspose,
  ConvTranspose2d: convTranspose,
  ConvTranspose3d: convTranspose,
  MaxPool1d: maxPool,
  MaxPool2d: maxPool,
  MaxPool3d: maxPool,
  AvgPool1d: avgPool,
  AvgPool2d: avgPool,
  AvgPool3d: avgPool,
  LPPool1d: lpPool,
  LPPool2d: lpPool,
  LPPool3d: lpPool,
  AdaptiveMaxPool1d: adaptiveMaxPool,
  AdaptiveMaxPool2d: adaptiveMaxPool,
  AdaptiveMaxPool3d: adaptiveMaxPool,
  MaxUnpool1d: unpool,
  MaxUnpool2d: unpool,
  MaxUnpool3d: unpool,
  FractionalMaxPool2d: fractionalMaxPool,
  FractionalMaxPool3d: fractionalMaxPool,
  AdaptiveAvgPool1d: "output_size",
  AdaptiveAvgPool2d: "output_size",
  AdaptiveAvgPool3d: "output_size",
  Unflatten: "dim, unflattened_size",
  PixelShuffle: "upscale_factor",
  PixelUnshuffle: "downscale_factor",
  ChannelShuffle: "groups",
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  BatchNorm3d: batchNorm,
  InstanceNorm1d: instanceNorm,
  InstanceNorm2d: instanceNorm,
  InstanceNorm3d: instanceNorm,
  LayerNorm: "normalized_shape, eps=1e-05, elementwise_affine=True, bias=True",
  RMSNorm: "normalized_shape, eps=None, elementwise_affine=True",
  GroupNorm: "num_groups, num_channels, eps=1e-05, affine=True",
  LocalResponseNorm: "size, alpha=0.0001, beta=0.75, k=1.0",
  Dropout: dropout,
  Dropout1d: dropout,
  Dropout2d: dropout,
  Dropout3d: dropout,
  AlphaDropout: dropout,
  FeatureAlphaDropout: dropout,
  Embedding: "num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False",
  EmbeddingBag:
    "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, include_last_offset=False, padding_idx=None",
  RNN: "input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.0, bidirectional=False",
  LSTM: `${recurrent}, proj_size=0`,
  GRU: recurrent,
  RNNCell: `${cell}, nonlinearity='tanh'`,
  LSTMCell: cell,
  GRUCell: cell,
  MultiheadAttention:
    "embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, batch_first=False",
  TransformerEncoderLayer:
    "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True",
  TransformerDecoderLayer:
    "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True",
  TransformerEncoder: "encoder_layer, num_layers, norm: Operand=None, enable_nested_tensor=True, mask_check=True",
  TransformerDecoder: "decoder_layer, num_layers, norm: Operand=None",
  Transformer:
    "d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, activation='relu', custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True",
  Sequential: "*args",
  Upsample: "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None",
  UpsamplingNearest2d: "size=None, scale_factor=None",
  UpsamplingBilinear2d: "size=None, scale_factor=None",
  Unfold: "kernel_size, dilation=1, padding=0, stride=1",
  Fold: "output_size, kernel_size, dilation=1, padding=0, stride=1",
  CosineSimilarity: "dim: Dim=1, eps=1e-08",
  PairwiseDistance: "p=2.0, eps=1e-06, keepdim=False",
  ReLU: inPlace,
  ReLU6: inPlace,
  SELU: inPlace,
  SiLU: inPlace,
  Mish: inPlace,
  Hardswish: inPlace,
  Hardsigmoid: inPlace,
  LeakyReLU: "negative_slope=0.01, inplace=False",
  ELU: "alpha=1.0, inplace=False",
  CELU: "alpha=1.0, inplace=False",
  GELU: "approximate='none'",
  Hardtanh: "min_val=-1.0, max_val=1.0, inplace=False",
  Hardshrink: shrink,
  Softshrink: shrink,
  Softplus: "beta=1.0, threshold=20.0",
  Threshold: "threshold, value, inplace=False",
  PReLU: "num_parameters: Size=1, init=0.25",
  RReLU: "lower=0.125, upper=0.3333333333333333, inplace=False",
  GLU: "dim: Dim=-1",
  Softmax: softmax,
  Softmin: softmax,
  LogSoftmax: softmax,

  L1Loss: pairLoss,
  MSELoss: pairLoss,
  SmoothL1Loss: "reduction='mean', beta=1.0",
  HuberLoss: "reduction='mean', delta=1.0",
  CrossEntropyLoss: "weight=None, ignore_index=-100, reduction='mean', label_smoothing=0.0",
  NLLLoss: "weight=None, ignore_index=-100, reduction='mean'",
  BCELoss: "weight=None, reduction='mean'",
  BCEWithLogitsLoss: "weight=None, reduction='mean', pos_weight=None",
  KLDivLoss: "reduction='mean', log_target=False",
  PoissonNLLLoss: "log_input=True, full=False, eps=1e-08, reduction='mean'",
  GaussianNLLLoss: "*, full=False, eps=1e-06, reduction='mean'",
  MarginRankingLoss: "margin=0.0, reduction='mean'",
  CosineEmbeddingLoss: "margin=0.0, reduction='mean'",
  HingeEmbeddingLoss: "margin=1.0, reduction='mean'",
  SoftMarginLoss: pairLoss,
  MultiLabelSoftMarginLoss: "weight=None, reduction='mean'",
  MultiMarginLoss: "p=1, margin=1.0, weight=None, reduction='mean'",
  MultiLabelMarginLoss: pairLoss,
  TripletMarginLoss: "margin=1.0, p=2.0, eps=1e-06, swap=False, reduction='mean'",
  TripletMarginWithDistanceLoss: "*, distance_function=None, margin=1.0, swap=False, reduction='mean'",
  CTCLoss: "blank=0, reduction='mean', zero_infinity=False",

  // of all modules that are not listed
  "Module.forward": "input, *rest",
  ...forwards("input, hx: Operand=None", ["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"]),
  ...forwards("input, output_size: Size=None", ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]),
  ...forwards("input, indices, output_size: Size=None", ["MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]),
  ...forwards("input, target", [
    "L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss", "KLDivLoss", "PoissonNLLLoss",
    "HingeEmbeddingLoss", "SoftMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "MultiLabelMarginLoss",
  ]), // biome-ignore format: a list
  ...forwards("input1, input2, target", ["MarginRankingLoss", "CosineEmbeddingLoss"]),
  ...forwards("anchor, positive, negative", ["TripletMarginLoss", "TripletMarginWithDistanceLoss"]),
  ...forwards("x1, x2", ["CosineSimilarity", "PairwiseDistance"]),
  "Bilinear.forward": "input1, input2",
  "EmbeddingBag.forward": "input, offsets: Operand=None, per_sample_weights: Operand=None",
  "GaussianNLLLoss.forward": "input, target, var",
  "CTCLoss.forward": "log_probs, targets, input_lengths, target_lengths",
  "MultiheadAttention.forward":
    "query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True, is_causal=False",
  "TransformerEncoderLayer.forward": "src, src_mask=None, src_key_padding_mask=None, is_causal=False",
  "TransformerEncoder.forward": "src, mask=None, src_key_padding_mask=None, is_causal=None",
  "TransformerDecoderLayer.forward":
    "tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False",
  "TransformerDecoder.forward":
    "tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=False",
  "Transformer.forward":
    "src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None, memory_is_causal=False",
};

const init: Readonly<Record<string, string>> = {
  calculate_gain: "nonlinearity, param=None",
  uniform_: "tensor, a=0.0, b=1.0",
  normal_: "tensor, mean=0.0, std=1.0",
  trunc_normal_: "tensor, mean=0.0, std=1.0, a=-2.0, b=2.0",
  constant_: "tensor, val",
  dirac_: "tensor, groups=1",
  xavier_uniform_: "tensor, gain=1.0",
  xavier_normal_: "tensor, gain=1.0",
  kaiming_uniform_: "tensor, a=0, mode='fan_in', nonlinearity='leaky_relu'",
  kaiming_normal_: "tensor, a=0, mode='fan_in', nonlinearity='leaky_relu'",
  orthogonal_: "tensor, gain=1",
  sparse_: "tensor, sparsity, std=0.01",
};

const prefixed = (prefix: string, table: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(table).map(([name, text]) => [`${prefix}.${name}`, text]));

export const nn: Readonly<Record<string, string>> = {
  ...prefixed("nn", modules),
  ...prefixed("nn.init", init),
  "nn.utils.clip_grad_norm_": "parameters, max_norm, norm_type=2.0, error_if_nonfinite=False",
  "nn.utils.clip_grad_value_": "parameters, clip_value",
};
