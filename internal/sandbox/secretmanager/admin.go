package secretmanager

import (
	"context"
	"strings"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// CreateSecret makes a secret without versions.
func (s *Server) CreateSecret(_ context.Context, req *secretmanagerpb.CreateSecretRequest) (*secretmanagerpb.Secret, error) {
	if !parentPattern.MatchString(req.GetParent()) || !idPattern.MatchString(req.GetSecretId()) {
		return nil, status.Errorf(codes.InvalidArgument, "The provided Secret ID [%s] does not match the expected format [[a-zA-Z_0-9-]+]", req.GetSecretId())
	}
	if !strings.Contains(req.GetParent(), "/locations/") && req.GetSecret().GetReplication().GetReplication() == nil {
		return nil, status.Error(codes.InvalidArgument, "Secret.replication is required.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := req.GetParent() + "/secrets/" + req.GetSecretId()
	if _, exists := s.secrets[name]; exists {
		return nil, status.Errorf(codes.AlreadyExists, "Secret [%s] already exists.", name)
	}
	s.secrets[name] = &secret{labels: req.GetSecret().GetLabels(), replication: req.GetSecret().GetReplication(), created: s.now()}
	return s.answer(name), nil
}

// GetSecret describes a secret.
func (s *Server) GetSecret(_ context.Context, req *secretmanagerpb.GetSecretRequest) (*secretmanagerpb.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.secrets[req.GetName()]; !exists {
		return nil, notFound(req.GetName(), "Secret")
	}
	return s.answer(req.GetName()), nil
}

func (s *Server) answer(name string) *secretmanagerpb.Secret {
	found := s.secrets[name]
	return &secretmanagerpb.Secret{Name: name, Labels: found.labels, Replication: found.replication, CreateTime: timestamppb.New(found.created)}
}

// AddSecretVersion stores a payload as the next version.
func (s *Server) AddSecretVersion(_ context.Context, req *secretmanagerpb.AddSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	data := req.GetPayload().GetData()
	if len(data) == 0 || len(data) > maxPayload {
		return nil, status.Errorf(codes.InvalidArgument, "The payload must have between 1 and %d bytes.", maxPayload)
	}
	if sum := req.GetPayload().DataCrc32C; sum != nil && *sum != *checksum(data) { //nolint:protogetter // tells absent from zero
		return nil, status.Error(codes.InvalidArgument, "The payload's CRC32C does not match.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, exists := s.secrets[req.GetParent()]
	if !exists {
		return nil, notFound(req.GetParent(), "Secret")
	}
	found.add(data, s.now())
	number := len(found.versions)
	return describe(req.GetParent(), number, found.versions[number-1]), nil
}

// DestroySecretVersion forgets a version's payload for good.
func (s *Server) DestroySecretVersion(_ context.Context, req *secretmanagerpb.DestroySecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, number, err := s.find(req.GetName())
	if err != nil {
		return nil, err
	}
	v := &found.versions[number-1]
	if v.state == secretmanagerpb.SecretVersion_DESTROYED {
		return nil, status.Errorf(codes.FailedPrecondition, "Secret Version [%s] is already destroyed.", req.GetName())
	}
	v.state, v.payload = secretmanagerpb.SecretVersion_DESTROYED, nil
	parent, _, _ := strings.Cut(req.GetName(), "/versions/")
	return describe(parent, number, *v), nil
}

// DeleteSecret forgets a secret and all its versions.
func (s *Server) DeleteSecret(_ context.Context, req *secretmanagerpb.DeleteSecretRequest) (*emptypb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.secrets[req.GetName()]; !exists {
		return nil, notFound(req.GetName(), "Secret")
	}
	delete(s.secrets, req.GetName())
	return &emptypb.Empty{}, nil
}
