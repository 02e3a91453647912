// torch.nn.functional.*, losses included.
const conv = "input, weight, bias: Param=None, stride=1, padding=0, dilation=1, groups=1";
const convTranspose = "input, weight, bias: Param=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1";
const maxPool = "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False";
const avgPool = "input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None";
const adaptiveMaxPool = "input, output_size, return_indices=False";
const fractionalMaxPool = "input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None";
const unpool = "input, indices, kernel_size, stride=None, padding=0, output_size=None";
const lpPool = "input, norm_type, kernel_size, stride=None, ceil_mode=False";
const dropout = "input, p=0.5, training=True, inplace=False";
const inPlace = "input, inplace=False";
const pairLoss = "input, target, size_average=None, reduce=None, reduction='mean', weight=None";
const softmax = "input, dim: Dim=None, _stacklevel=3, dtype=None";

const table: Readonly<Record<string, string | readonly string[]>> = {
  relu: inPlace,
  relu6: inPlace,
  silu: inPlace,
  mish: inPlace,
  selu: inPlace,
  hardswish: inPlace,
  hardsigmoid: inPlace,
  prelu: "input, weight",
  softplus: "input, beta=1.0, threshold=20.0",
  gelu: "input, approximate='none'",
  elu: "input, alpha=1.0, inplace=False",
  celu: "input, alpha=1.0, inplace=False",
  leaky_relu: "input, negative_slope=0.01, inplace=False",
  rrelu: "input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False",
  hardtanh: "input, min_val=-1.0, max_val=1.0, inplace=False",
  softshrink: "input, lambd=0.5",
  hardshrink: "input, lambd=0.5",
  threshold: "input, threshold, value, inplace=False",
  glu: "input, dim: Dim=-1",
  softmax,
  softmin: softmax,
  log_softmax: softmax,
  gumbel_softmax: "logits, tau=1, hard=False, eps=1e-10, dim=-1",

  linear: "input, weight, bias: Param=None",
  bilinear: "input1, input2, weight, bias: Param=None",
  conv1d: conv,
  conv2d: conv,
  conv3d: conv,
  conv_transpose1d: convTranspose,
  conv_transpose2d: convTranspose,
  conv_transpose3d: convTranspose,
  unfold: "input, kernel_size, dilation=1, padding=0, stride=1",
  fold: "input, output_size, kernel_size, dilation=1, padding=0, stride=1",

  max_pool1d: maxPool,
  max_pool2d: maxPool,
  max_pool3d: maxPool,
  avg_pool1d: "input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True",
  avg_pool2d: avgPool,
  avg_pool3d: avgPool,
  adaptive_avg_pool1d: "input, output_size",
  adaptive_avg_pool2d: "input, output_size",
  adaptive_avg_pool3d: "input, output_size",
  adaptive_max_pool1d: adaptiveMaxPool,
  adaptive_max_pool2d: adaptiveMaxPool,
  adaptive_max_pool3d: adaptiveMaxPool,
  fractional_max_pool2d: fractionalMaxPool,
  fractional_max_pool3d: fractionalMaxPool,
  max_unpool1d: unpool,
  max_unpool2d: unpool,
  max_unpool3d: unpool,
  lp_pool1d: lpPool,
  lp_pool2d: lpPool,
  lp_pool3d: lpPool,

  batch_norm: "input, running_mean, running_var, weight: Param=None, bias: Param=None, training=False, momentum=0.1, eps=1e-05",
  instance_norm:
    "input, running_mean: Param=None, running_var: Param=None, weight: Param=None, bias: Param=None, use_input_stats=True, momentum=0.1, eps=1e-05",
  layer_norm: "input, normalized_shape, weight: Param=None, bias: Param=None, eps=1e-05",
  rms_norm: "input, normalized_shape, weight: Param=None, eps=None",
  group_norm: "input, num_groups, weight: Param=None, bias: Param=None, eps=1e-05",
  local_response_norm: "input, size, alpha=0.0001, beta=0.75, k=1.0",
  normalize: "input, p=2.0, dim: Dim=1, eps=1e-12",

  dropout,
  dropout1d: dropout,
  dropout2d: dropout,
  dropout3d: dropout,
  alpha_dropout: "input, p=0.5, training=False, inplace=False",
  feature_alpha_dropout: "input, p=0.5, training=False, inplace=False",
  pad: "input, pad, mode='constant', value=None",
  pixel_shuffle: "input, upscale_factor",
  pixel_unshuffle: "input, downscale_factor",
  channel_shuffle: "input, groups",
  interpolate: "input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False",
  upsample: "input, size=None, scale_factor=None, mode='nearest', align_corners=None",
  grid_sample: "input, grid, mode='bilinear', padding_mode='zeros', align_corners=None",
  affine_grid: "theta, size, align_corners=None",
  scaled_dot_product_attention: "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False",
  cosine_similarity: "x1, x2, dim: Dim=1, eps=1e-08",
  pairwise_distance: "x1, x2, p=2.0, eps=1e-06, keepdim=False",
  pdist: "input, p=2.0",
  embedding: "input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False",
  embedding_bag:
    "input, weight, offsets: Operand=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None",
  one_hot: "tensor, num_classes: Size=-1",

  l1_loss: pairLoss,
  mse_loss: pairLoss,
  smooth_l1_loss: "input, target, size_average=None, reduce=None, reduction='mean', beta=1.0",
  huber_loss: "input, target, reduction='mean', delta=1.0, weight=None",
  cross_entropy: "input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0",
  nll_loss: "input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'",
  binary_cross_entropy: "input, target, weight=None, size_average=None, reduce=None, reduction='mean'",
  binary_cross_entropy_with_logits: "input, target, weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None",
  kl_div: "input, target, size_average=None, reduce=None, reduction='mean', log_target=False",
  poisson_nll_loss: "input, target, log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'",
  gaussian_nll_loss: "input, target, var, full=False, eps=1e-06, reduction='mean'",
  margin_ranking_loss: "input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean'",
  cosine_embedding_loss: "input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean'",
  hinge_embedding_loss: "input, target, margin=1.0, size_average=None, reduce=None, reduction='mean'",
  soft_margin_loss: "input, target, size_average=None, reduce=None, reduction='mean'",
  multilabel_soft_margin_loss: "input, target, weight=None, size_average=None, reduce=None, reduction='mean'",
  multi_margin_loss: "input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction='mean'",
  multilabel_margin_loss: "input, target, size_average=None, reduce=None, reduction='mean'",
  triplet_margin_loss:
    "anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False, size_average=None, reduce=None, reduction='mean'",
  triplet_margin_with_distance_loss: "anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction='mean'",
  ctc_loss: "log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', zero_infinity=False",
};

export const functional = Object.fromEntries(Object.entries(table).map(([name, text]) => [`nn.functional.${name}`, text]));
