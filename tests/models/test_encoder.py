import hashlib

import pytest
import torch

TINY = (8, 8, 16, 32, 64)


@pytest.mark.parametrize(
    ('arguments', 'out_channels'),
    [
        (dict(depth=18, base_channels=64, stem_channels=64), (64, 64, 128, 256, 512)),
        (dict(depth=50, base_channels=32, stem_channels=64), (64, 128, 256, 512, 1024)),
        (dict(depth=50), (8, 32, 64, 128, 256)),
        (dict(in_channels=3), TINY),
        (dict(in_channels=6), TINY),
    ],
)
def test_stages_have_out_channels_and_strides_2_to_32(build_encoder, arguments, out_channels):
    encoder = build_encoder(**arguments)
    stages = encoder(torch.randn(1, arguments.get('in_channels', 4), 64, 96))
    assert encoder.out_channels == out_channels
    sides = [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]
    expected = [(1, c, *size) for c, size in zip(out_channels, sides, strict=True)]
    assert [tuple(stage.shape) for stage in stages] == expected


@pytest.mark.parametrize('size', [(65, 31), (33, 47), (1, 1)])
def test_odd_sides_are_rounded_up(build_encoder, pyramid, size):
    stages = build_encoder()(torch.randn(2, 4, *size))
    assert [x.shape for x in stages] == [x.shape for x in pyramid(size, TINY)]


def test_the_first_stage_is_the_stem_before_max_pooling(build_encoder):
    encoder, x = build_encoder(), torch.randn(1, 4, 32, 32)
    stem, second, *_ = encoder(x)
    assert torch.equal(stem, encoder.stem(x))
    assert torch.equal(second, encoder.layer1(encoder.maxpool(stem)))


@pytest.fixture
def donor(build_encoder):
    """A trained network of three input channels: its statistics are no longer 0 and 1."""
    donor = build_encoder(in_channels=3)
    donor.train()
    donor(torch.rand(2, 3, 64, 64))
    donor.eval()
    return donor


@pytest.fixture
def mmcls_weights(donor):
    """The donor as mmcls publishes it: a classifier with its backbone."""
    state_dict = {f'backbone.{key}': value for key, value in donor.state_dict().items()}
    return {'meta': {}, 'state_dict': {**state_dict, 'head.fc.weight': torch.ones(5, 64)}}


def hashed_name(path):
    return f'net-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth'


class TestPretrained:
    @pytest.mark.parametrize('in_channels', [3, 4, 5])
    def test_a_local_file_fills_the_encoder_and_the_trimap_has_no_say_yet(
        self, build_encoder, donor, mmcls_weights, site, tmp_path, log_lines, in_channels
    ):
        torch.save(mmcls_weights, tmp_path / 'net.pth')
        url, folder = site.url('net.pth'), str(tmp_path)
        encoder = build_encoder(in_channels=in_channels, pretrained=url, pretrained_dir=folder)
        encoder.init_weights()

        assert not site.requests
        assert f'The encoder starts from {tmp_path / "net.pth"}' in log_lines
        loaded, given = encoder.state_dict(), donor.state_dict()
        stem, image_stem = (d.pop('stem.0.conv.weight') for d in (loaded, given))
        assert torch.equal(stem[:, :3], image_stem)
        assert stem.shape[1] == in_channels
        assert not stem[:, 3:].any()
        assert loaded.keys() == given.keys()
        assert all(torch.equal(loaded[key], given[key]) for key in given)

    def test_a_missing_file_is_downloaded_and_kept(
        self, build_encoder, donor, mmcls_weights, site, tmp_path, log_lines
    ):
        torch.save(mmcls_weights, tmp_path / 'upload')
        name = hashed_name(tmp_path / 'upload')
        site.put(name, (tmp_path / 'upload').read_bytes())
        folder = tmp_path / 'pretrained'
        encoder = build_encoder(pretrained=site.url(name), pretrained_dir=str(folder))
        encoder.init_weights()

        image = torch.randn(1, 4, 32, 32)
        torch.testing.assert_close(encoder(image), donor(image[:, :3]))
        assert [path.name for path in folder.iterdir()] == [name]
        assert f'The encoder starts from {folder / name}' in log_lines

    @pytest.mark.parametrize('trouble', ['wrong hash', 'not found', 'unreachable'])
    def test_without_the_file_it_warns_and_starts_from_scratch(
        self, build_encoder, site, tmp_path, log_lines, trouble
    ):
        url = site.url('net-00000000.pth')
        if trouble == 'wrong hash':
            site.put('net-00000000.pth', b'something else')
        if trouble == 'unreachable':
            site.close()
        encoder = build_encoder(pretrained=url, pretrained_dir=str(tmp_path))
        from_scratch = build_encoder()
        for network in (encoder, from_scratch):
            torch.manual_seed(1)
            network.init_weights()

        (warning,) = (line for line in log_lines if 'from scratch' in line)
        assert url in warning
        assert str(tmp_path) in warning
        assert not list(tmp_path.iterdir())
        expected = from_scratch.state_dict()
        assert all(torch.equal(v, expected[k]) for k, v in encoder.state_dict().items())

    @pytest.mark.parametrize(
        'harm',
        [
            pytest.param(lambda w: w.pop('backbone.layer2.0.bn1.bias'), id='missing'),
            pytest.param(lambda w: w.pop('backbone.stem.0.conv.weight'), id='no deep stem'),
            pytest.param(lambda w: w.update({'backbone.fc': torch.ones(1)}), id='unexpected'),
            pytest.param(
                lambda w: w.update({'backbone.stem.0.bn.bias': torch.ones(9)}), id='misshapen'
            ),
        ],
    )
    def test_weights_of_another_network_are_an_error(
        self, build_encoder, mmcls_weights, tmp_path, harm
    ):
        harm(mmcls_weights['state_dict'])
        torch.save(mmcls_weights, tmp_path / 'net.pth')
        self.assert_refused(build_encoder, tmp_path)

    @pytest.mark.parametrize('content', [b'', b'no checkpoint', b'PK\x03\x04 cut off'])
    def test_a_damaged_local_file_is_an_error(self, build_encoder, tmp_path, content):
        (tmp_path / 'net.pth').write_bytes(content)
        self.assert_refused(build_encoder, tmp_path)

    @staticmethod
    def assert_refused(build_encoder, folder):
        encoder = build_encoder(pretrained='https://127.0.0.1/net.pth', pretrained_dir=str(folder))
        with pytest.raises(ValueError, match=r'net\.pth does not hold .* ResNetV1d-18'):
            encoder.init_weights()
